/**
 * The layout of an arena's SharedArrayBuffer, in Int32 words unless stated otherwise.
 *
 *     header | threads table | allocation bitmaps | ready sets, one per thread | slots | wide slots
 *
 * A slot is a block of words (events, flags, mailbox header) and the bytes of its mailbox's ring. All slots of a kind
 * have the same size, so the index of a slot determines its position.
 */
import { readyWords } from "./ready-set.js";

/** A thread that waits without blocking has one of these numbers; the watchers of an event are a bit mask of them. */
export const MAX_THREADS = 32;

/** Sizes of an arena, fixed when it is made. */
export interface ArenaSizes {
  /** Slots for agents. */
  readonly slots: number;
  /** Bytes of the mailbox ring of each; a power of two. The largest message is 4 bytes shorter. */
  readonly ringBytes: number;
  /** Slots with a larger ring, for channels and the inboxes of threads. */
  readonly wideSlots: number;
  /** Bytes of the mailbox ring of each wide slot; a power of two. */
  readonly wideRingBytes: number;
}

/** The events of a slot, in the order of their words. */
export const EVENT_NAMES = ["hasLiveUpdate", "didSubmit", "wantsAction", "hasUpdatedStatus"] as const;
export type EventName = (typeof EVENT_NAMES)[number];
export const EVENTS_PER_SLOT = EVENT_NAMES.length;

export const HEADER = {
  magic: 0,
  slots: 1,
  ringBytes: 2,
  wideSlots: 3,
  wideRingBytes: 4,
  aliveThreads: 5,
  claimedOnce: 6,
  words: 16,
} as const;
export const MAGIC = 0x43724f64;

/** Words of one thread's entry. A cache line each, because all threads write to the doorbells. */
export const THREAD = { doorbell: 0, words: 16 } as const;

/** Words of a slot before its ring. Each event has two: its state and its watchers. */
export const SLOT = {
  events: 0,
  flags: 8,
  queue: 9,
  heads: 10, // and 11
  tails: 12, // and 13
  incarnation: 14,
  order: 15,
  words: 16,
} as const;

export interface Layout extends ArenaSizes {
  readonly threads: number;
  readonly bitmap: number;
  readonly wideBitmap: number;
  readonly readySets: number;
  readonly readySetWords: number;
  readonly firstSlot: number;
  readonly slotWords: number;
  readonly firstWideSlot: number;
  readonly wideSlotWords: number;
  readonly totalBytes: number;
}

const CACHE_LINE_WORDS = 16;

/** The most bytes of an arena: the longest view of memory in Node.js 20. */
export const MAX_ARENA_BYTES = 2 ** 32;

/** Computes the layout from the sizes. Throws a RangeError on invalid sizes, or on a total that no buffer can hold. */
export function layoutOf(sizes: ArenaSizes): Layout {
  const { slots, ringBytes, wideSlots, wideRingBytes } = sizes;
  requireCount("slots", slots);
  requireCount("wideSlots", wideSlots);
  requirePowerOfTwo("ringBytes", ringBytes);
  requirePowerOfTwo("wideRingBytes", wideRingBytes);

  let at: number = HEADER.words;
  const place = (words: number): number => {
    const start = at;
    at = Math.ceil((at + words) / CACHE_LINE_WORDS) * CACHE_LINE_WORDS;
    return start;
  };
  const threads = place(MAX_THREADS * THREAD.words);
  const bitmap = place(Math.ceil(slots / 32));
  const wideBitmap = place(Math.ceil(wideSlots / 32));
  const readySetWords =
    Math.ceil(readyWords((slots + wideSlots) * EVENTS_PER_SLOT) / CACHE_LINE_WORDS) * CACHE_LINE_WORDS;
  const readySets = place(MAX_THREADS * readySetWords);
  const slotWords = SLOT.words + ringBytes / 4;
  const firstSlot = place(slots * slotWords);
  const wideSlotWords = SLOT.words + wideRingBytes / 4;
  const firstWideSlot = place(wideSlots * wideSlotWords);
  const totalBytes = at * 4;
  if (totalBytes > MAX_ARENA_BYTES) {
    throw new RangeError(
      `an arena of ${slots} slots of ${ringBytes} bytes and ${wideSlots} of ${wideRingBytes} ` +
        `needs ${totalBytes} bytes: expected ${MAX_ARENA_BYTES} at most`,
    );
  }
  return {
    ...sizes,
    threads,
    bitmap,
    wideBitmap,
    readySets,
    readySetWords,
    firstSlot,
    slotWords,
    firstWideSlot,
    wideSlotWords,
    totalBytes,
  };
}

function requireCount(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0 || value > 1 << 24) {
    throw new RangeError(`${name} must be a whole number from 0 to ${1 << 24}, not ${value}`);
  }
}

function requirePowerOfTwo(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 64 || value > 1 << 30 || (value & (value - 1)) !== 0) {
    throw new RangeError(`${name} must be a power of two from 64 to ${1 << 30}, not ${value}`);
  }
}
