/**
 * A bounded queue of messages in shared memory: several producers, one consumer, first in first out.
 *
 * The ring's size is a power of two. The head (the consumer's) and the tail (the producers') count bytes since the
 * beginning and wrap at 2^32. A record is a length word and the message's UTF-8, padded to whole words.
 *
 * One word determines the content of the queue:
 *
 *     bits 0–15   count
 *     bit 16      which of the two tails is valid
 *     bit 17      a thread waits for the lock
 *     bits 18–23  lock owner
 *     bit 24      which of the two heads is valid
 *
 * A producer takes the lock by compare-exchange, writes its record after the tail, writes the new tail into the invalid
 * one of the two tails, and publishes both with one compare-exchange: count + 1, the other tail valid, lock free. A
 * producer that dies before that has changed nothing, one that dies after it has changed everything, and
 * {@link Ring.recoverFrom} frees the lock of a dead thread.
 *
 * The consumer takes no lock. It reads the record at the head, writes the new head into the invalid one of the two
 * heads, and publishes it with one compare-exchange: count - 1, the other head valid. So a consumer that dies has taken
 * a message or not.
 */
import {
  compareExchange,
  isControlled,
  load,
  notePlain,
  notify,
  store,
  test,
  readEpoch,
  update,
  waitWhileUnchanged,
  type PlainAccess,
} from "./atomics.js";
import { AssertionError } from "../../vocabulary/index.js";
import type { Json } from "./json.js";
import { SLOT } from "./layout.js";

const COUNT = 0xffff;
const PARITY = 1 << 16;
const CONTENDED = 1 << 17;
const OWNER_SHIFT = 18;
const OWNER = 0x3f << OWNER_SHIFT;
const HEAD_SHIFT = 24;
const HEAD_PARITY = 1 << HEAD_SHIFT;
const WHOLE = -1;
const LENGTH_BYTES = 4;

/** A message that was taken from a ring. */
export interface Taken {
  readonly value: Json;
  /** The JSON of `value`, as it was appended. */
  readonly text: string;
  /** How many messages are left. */
  readonly left: number;
}

export class Ring {
  readonly #cells: Int32Array;
  readonly #bytes: Buffer;
  /** Index of the slot's first word. */
  readonly #slot: number;
  readonly #queue: number;
  /** Byte offset and size of the ring. The offset can be beyond 2^31, so no bit operation may touch it. */
  readonly #start: number;
  readonly #size: number;

  constructor(cells: Int32Array, bytes: Buffer, slot: number, size: number) {
    this.#cells = cells;
    this.#bytes = bytes;
    this.#slot = slot;
    this.#queue = slot + SLOT.queue;
    this.#start = (slot + SLOT.words) * 4;
    this.#size = size;
  }

  /** How many messages are in the queue. */
  get count(): number {
    return load(this.#cells, this.#queue) & COUNT;
  }

  get isEmpty(): boolean {
    return !test(this.#cells, this.#queue, COUNT);
  }

  /** The most bytes a message can have. */
  get payloadLimit(): number {
    return this.#size - LENGTH_BYTES;
  }

  /**
   * Appends a message of at most `payloadLimit` bytes. Returns how many were pending before it, or -1 when there is no
   * room and nothing was appended. `thread` is this thread's number.
   */
  push(message: string, thread: number): number {
    const cells = this.#cells;
    const length = Buffer.byteLength(message);
    const parity = this.#lock(thread);
    const tail = load(cells, this.#slot + SLOT.tails + parity) >>> 0;
    const used = (tail - this.#head()) >>> 0;
    const fits = length <= this.#size - used - LENGTH_BYTES;
    const isWritten = fits && this.#write(tail, message, length);
    if (isWritten) {
      if (isControlled()) this.#note("written", tail, length);
      store(cells, this.#slot + SLOT.tails + (1 - parity), (tail + recordBytes(length)) | 0);
    }
    const before = this.#unlock(isWritten);
    // After unlocking: otherwise other threads would wait for the lock forever.
    if (fits && !isWritten) throw new Error(`a message of ${length} bytes was not written as a whole to shared memory`);
    return before;
  }

  /** Takes the oldest message; undefined when the queue was empty. Only one consumer at a time. */
  shift(): Taken | undefined {
    const cells = this.#cells;
    if (!test(cells, this.#queue, COUNT)) return undefined;
    const parity = this.#validHead();
    const head = load(cells, this.#slot + SLOT.heads + parity) >>> 0;
    const length = cells[this.#lengthCell(head)];
    // Not `at` or `assert`, whose calls and messages would slow down this path.
    if (length === undefined || length <= 0 || length > this.payloadLimit)
      throw new AssertionError(`a message in shared memory has a length of ${length} bytes`);
    const text = this.#read(head + LENGTH_BYTES, length);
    if (isControlled()) this.#note("read", head, length);
    store(cells, this.#slot + SLOT.heads + (1 - parity), (head + recordBytes(length)) | 0);
    const before = update(cells, this.#queue, COUNT | HEAD_PARITY, shifted, 0);
    return { text, value: JSON.parse(text) as Json, left: (before & COUNT) - 1 };
  }

  /**
   * Frees the lock if `thread`, which is dead, holds it. The message that it was appending is not in the queue. Wakes
   * the threads that wait for the lock in any case: it may have died between freeing the lock and notifying them.
   */
  recoverFrom(thread: number): void {
    for (;;) {
      const queue = load(this.#cells, this.#queue);
      if ((queue & OWNER) >>> OWNER_SHIFT !== thread + 1) break;
      if (compareExchange(this.#cells, this.#queue, queue, queue & ~(OWNER | CONTENDED)) === queue) break;
    }
    notify(this.#cells, this.#queue);
  }

  /**
   * The head, for a producer: the bytes before it are free, whatever the consumer does. If the same head is valid
   * before and after the read, the value was valid before the read or has become valid since.
   */
  #head(): number {
    for (;;) {
      const parity = this.#validHead();
      const head = load(this.#cells, this.#slot + SLOT.heads + parity);
      if (this.#validHead() === parity) return head;
    }
  }

  #validHead(): 0 | 1 {
    return test(this.#cells, this.#queue, HEAD_PARITY) ? 1 : 0;
  }

  /** Takes the producers' lock; returns which tail is valid. */
  #lock(thread: number): 0 | 1 {
    const mine = (thread + 1) << OWNER_SHIFT;
    for (;;) {
      const before = update(this.#cells, this.#queue, OWNER | CONTENDED | PARITY, claimed, mine);
      if ((before & OWNER) === 0) return (before & PARITY) === 0 ? 0 : 1;
      const queue = readEpoch(this.#cells, this.#queue, OWNER | CONTENDED);
      if ((queue & OWNER) !== 0 && (queue & CONTENDED) !== 0)
        waitWhileUnchanged(this.#cells, this.#queue, queue, WHOLE, Infinity);
    }
  }

  /**
   * Frees the lock, and publishes the record after the tail unless the count is at its maximum. Returns the result of
   * {@link push}.
   */
  #unlock(publish: boolean): number {
    const before = publish
      ? update(this.#cells, this.#queue, COUNT | PARITY | OWNER | CONTENDED, published, 0)
      : update(this.#cells, this.#queue, OWNER | CONTENDED, freed, 0);
    if ((before & CONTENDED) !== 0) notify(this.#cells, this.#queue);
    return publish && (before & COUNT) !== COUNT ? before & COUNT : -1;
  }

  #offset(position: number): number {
    return position & (this.#size - 1);
  }

  /** Index in `cells` of the length word of the record at `position`. */
  #lengthCell(position: number): number {
    return this.#slot + SLOT.words + (this.#offset(position) >> 2);
  }

  /**
   * Writes the record of `message`, which has `length` bytes and fits, at `tail`. Returns whether all of it was
   * written.
   */
  #write(tail: number, message: string, length: number): boolean {
    const from = this.#offset(tail + LENGTH_BYTES);
    const untilEnd = this.#size - from;
    let written = length;
    if (length <= untilEnd) {
      // With the length: without it Node.js 20 and 22 write nothing if 2^31 or more bytes of the buffer follow.
      written = this.#bytes.write(message, this.#start + from, length, "utf8");
    } else {
      const whole = Buffer.from(message, "utf8");
      this.#bytes.set(whole.subarray(0, untilEnd), this.#start + from);
      this.#bytes.set(whole.subarray(untilEnd), this.#start);
    }
    this.#cells[this.#lengthCell(tail)] = length;
    return written === length;
  }

  #read(position: number, length: number): string {
    const from = this.#offset(position);
    const untilEnd = this.#size - from;
    const first = this.#start + from;
    if (length <= untilEnd) return this.#bytes.toString("utf8", first, first + length);
    const whole = Buffer.allocUnsafe(length);
    whole.set(this.#bytes.subarray(first, first + untilEnd), 0);
    whole.set(this.#bytes.subarray(this.#start, this.#start + length - untilEnd), untilEnd);
    return whole.toString("utf8");
  }

  /** Reports the words of the record at `position` to the explorer. */
  #note(access: PlainAccess, position: number, length: number): void {
    const words = recordBytes(length) / 4;
    const untilEnd = (this.#size - this.#offset(position)) / 4;
    notePlain(access, this.#cells, this.#lengthCell(position), Math.min(words, untilEnd));
    if (words > untilEnd) notePlain(access, this.#cells, this.#slot + SLOT.words, words - untilEnd);
  }
}

/**
 * The queue's word with the lock taken by `owner`, or, if another thread has it, with the bit that a thread waits for
 * it.
 */
function claimed(queue: number, owner: number): number {
  return (queue & OWNER) === 0 ? queue | owner : queue | CONTENDED;
}

/** The queue's word with the lock free. */
function freed(queue: number): number {
  return queue & ~(OWNER | CONTENDED);
}

/**
 * The queue's word with the lock free and, unless the count is at its maximum, one message more and the other tail
 * valid.
 */
function published(queue: number): number {
  return (queue & COUNT) === COUNT ? freed(queue) : (freed(queue) + 1) ^ PARITY;
}

/** The queue's word with one message less and the other head valid. */
function shifted(queue: number): number {
  return (queue - 1) ^ HEAD_PARITY;
}

/** The queue's word in words. */
export function describeQueue(queue: number): string {
  const owner = (queue & OWNER) >>> OWNER_SHIFT;
  const lock = owner === 0 ? "" : `, locked by ${owner - 1}${(queue & CONTENDED) === 0 ? "" : ", awaited"}`;
  return `${queue & COUNT} pending${lock}`;
}

function recordBytes(length: number): number {
  return LENGTH_BYTES + ((length + 3) & ~3);
}
