/**
 * The shared memory of a run: one SharedArrayBuffer with a fixed-size slot for each agent, and an entry for each thread
 * that waits without blocking. The thread that makes the arena sends `arena.shared` to the others, which attach to it.
 */
import { assert } from "../../vocabulary/index.js";
import { and, bump, compareExchange, load, notify, or, store } from "./atomics.js";
import { systemClock, type Clock } from "./clock.js";
import { EventLoopDriver } from "./event-loop-driver.js";
import {
  EVENTS_PER_SLOT,
  HEADER,
  layoutOf,
  MAGIC,
  MAX_THREADS,
  THREAD,
  type ArenaSizes,
  type Layout,
} from "./layout.js";
import { ReadySet } from "./ready-set.js";
import { Reactor, type Driver } from "./reactor.js";
import { RecordedSlot } from "./recorded-slot.js";
import type { SlotRecorder } from "./slot-recorder.js";
import { Slot, type SlotHome } from "./slot.js";
import type { SlotInterceptor } from "./slot-interceptor.js";
import { InterceptedSlot } from "./intercepted-slot.js";

/**
 * There is no free slot.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Arena } from "crowdstorm";
 *
 * const arena = Arena.create({ slots: 2 });
 * const slot = arena.allocate();
 * // In another thread: a view of the same memory, from `arena.shared` and the slot's index.
 * const other = Arena.attach(arena.shared).slot(slot.index);
 * other.event("didSubmit").set();
 * assert.equal(slot.event("didSubmit").isSet(), true);
 * arena.free(slot);
 * ```
 */
export class ArenaFullError extends Error {
  override readonly name = "ArenaFullError";

  constructor(slots: number) {
    super(`all ${slots} slots of the arena are in use: make the arena with more slots`);
  }
}

export interface ArenaOptions extends Partial<ArenaSizes> {
  /**
   * The number of this thread in the arena, if the thread that started it has assigned one. Default: claimed when first
   * needed.
   */
  readonly thread?: number;
  /** The clock of this thread's waits. Default: the machine's monotonic clock. */
  readonly clock?: Clock;
  /** Takes the turns of this thread's reactor. Default: the event loop. */
  readonly driver?: Driver;
  /** Intercepts the operations through this thread's handles on slots (not wide ones). Default: none. */
  readonly interceptor?: SlotInterceptor;
  /**
   * Records the order of the operations through this thread's handles on slots (not wide ones). Not used with an
   * interceptor.
   */
  readonly recorder?: SlotRecorder;
  /** Gives memory of so many bytes, all 0, that nothing else uses as long as the arena is used. Default: new memory. */
  readonly allocate?: (bytes: number) => SharedArrayBuffer;
}

const DEFAULT_SIZES: ArenaSizes = { slots: 1024, ringBytes: 4096, wideSlots: 0, wideRingBytes: 1 << 20 };

export class Arena implements SlotHome {
  /** What another thread needs to attach: pass it in `workerData` or a message. */
  readonly shared: SharedArrayBuffer;
  readonly cells: Int32Array;
  readonly bytes: Buffer;
  readonly clock: Clock;
  readonly reactor: Reactor;
  readonly #layout: Layout;
  readonly #openSlot: (index: number, word: number, ringBytes: number) => Slot;
  #thread: number | undefined;
  #hint = 0;
  readonly #readySets: (ReadySet | undefined)[] = [];

  private constructor(shared: SharedArrayBuffer, layout: Layout, options: ArenaOptions) {
    this.shared = shared;
    this.cells = new Int32Array(shared);
    this.bytes = Buffer.from(shared);
    this.#layout = layout;
    this.#thread = options.thread;
    const { interceptor, recorder } = options;
    if (interceptor !== undefined)
      this.#openSlot = (index, word, ringBytes) => new InterceptedSlot(this, index, word, ringBytes, interceptor);
    else if (recorder !== undefined)
      this.#openSlot = (index, word, ringBytes) => new RecordedSlot(this, index, word, ringBytes, recorder);
    else this.#openSlot = (index, word, ringBytes) => new Slot(this, index, word, ringBytes);
    this.clock = options.clock ?? systemClock;
    this.reactor = new Reactor(this.clock, () => ({
      cells: this.cells,
      ready: this.#readySet(this.thread),
      threadBit: this.thread,
      driver: new EventLoopDriver(this.reactor, this.cells, this.doorbell),
    }));
    if (options.driver !== undefined) this.reactor.drive(options.driver);
  }

  /** Makes an arena. Throws a RangeError on impossible sizes, and when the machine does not give the memory. */
  static create(options: ArenaOptions = {}): Arena {
    const sizes = { ...DEFAULT_SIZES, ...options };
    const layout = layoutOf(sizes);
    const shared = (options.allocate ?? sharedMemory)(layout.totalBytes);
    assert(shared.byteLength === layout.totalBytes, "an arena has the memory that it asks for");
    const arena = new Arena(shared, layout, options);
    store(arena.cells, HEADER.slots, sizes.slots);
    store(arena.cells, HEADER.ringBytes, sizes.ringBytes);
    store(arena.cells, HEADER.wideSlots, sizes.wideSlots);
    store(arena.cells, HEADER.wideRingBytes, sizes.wideRingBytes);
    store(arena.cells, HEADER.magic, MAGIC);
    return arena;
  }

  /** This thread's handle on an arena that another thread made. Throws a TypeError if `shared` is not one. */
  static attach(
    shared: SharedArrayBuffer,
    options: Pick<ArenaOptions, "clock" | "driver" | "thread" | "interceptor" | "recorder"> = {},
  ): Arena {
    const cells = new Int32Array(shared, 0, shared.byteLength >>> 2);
    if (cells.length < HEADER.words || load(cells, HEADER.magic) !== MAGIC) {
      throw new TypeError("the shared buffer is not an arena");
    }
    const layout = layoutOf({
      slots: load(cells, HEADER.slots),
      ringBytes: load(cells, HEADER.ringBytes),
      wideSlots: load(cells, HEADER.wideSlots),
      wideRingBytes: load(cells, HEADER.wideRingBytes),
    });
    return new Arena(shared, layout, options);
  }

  /** The sizes that it was made with. */
  get sizes(): ArenaSizes {
    return this.#layout;
  }

  /**
   * The handle on slot `index`; wide slots have the indices from `sizes.slots`. Throws a RangeError beyond the last.
   */
  slot(index: number): Slot {
    const { slots, wideSlots, firstSlot, slotWords, firstWideSlot, wideSlotWords, ringBytes, wideRingBytes } =
      this.#layout;
    if (!Number.isInteger(index) || index < 0 || index >= slots + wideSlots) {
      throw new RangeError(`slot ${index} is not in the arena: it has ${slots + wideSlots}`);
    }
    if (index >= slots) return new Slot(this, index, firstWideSlot + (index - slots) * wideSlotWords, wideRingBytes);
    return this.#openSlot(index, firstSlot + index * slotWords, ringBytes);
  }

  /** Allocates a free slot and empties it. Any thread may call it. Throws {@link ArenaFullError}. */
  allocate(): Slot {
    return this.#allocate(this.#layout.bitmap, this.#layout.slots, 0);
  }

  /** Allocates a free wide slot and empties it. Throws {@link ArenaFullError}. */
  allocateWide(): Slot {
    return this.#allocate(this.#layout.wideBitmap, this.#layout.wideSlots, this.#layout.slots);
  }

  /** Frees a slot. No thread may wait on it or append to it any more. Throws a TypeError on a slot of another arena. */
  free(slot: Slot): void {
    if (!slot.isIn(this.cells)) throw new TypeError(`slot ${slot.index} is of another arena`);
    const { slots, bitmap, wideBitmap } = this.#layout;
    const [start, index] = slot.index < slots ? [bitmap, slot.index] : [wideBitmap, slot.index - slots];
    const bit = 1 << (index & 31);
    const before = and(this.cells, start + (index >>> 5), ~bit);
    assert((before & bit) !== 0, "a slot was freed that was not allocated");
    // Low slots are allocated again first, so that an arena uses no more memory than its agents need at once.
    this.#hint = Math.min(this.#hint, index >>> 5);
  }

  /** How many of the agents' slots are allocated. */
  get allocated(): number {
    let taken = 0;
    for (let word = 0; word < Math.ceil(this.#layout.slots / 32); word++) {
      for (let bits = load(this.cells, this.#layout.bitmap + word); bits !== 0; bits &= bits - 1) taken++;
    }
    return taken;
  }

  /** This thread's number among the arena's threads; claimed on first use. Throws a RangeError when all are in use. */
  get thread(): number {
    return (this.#thread ??= this.#claimThread());
  }

  /**
   * Whether this call with `bit` (0 to 31) is the first in any of the arena's threads: for what must happen once, in
   * whichever thread.
   */
  claimOnce(bit: number): boolean {
    return (or(this.cells, HEADER.claimedOnce, 1 << bit) & (1 << bit)) === 0;
  }

  /** Index in `cells` of the doorbell that wakes this thread. */
  get doorbell(): number {
    return this.#layout.threads + this.thread * THREAD.words + THREAD.doorbell;
  }

  signalThreads(threads: number, id: number): void {
    for (let mask = threads; mask !== 0; mask &= mask - 1) {
      const thread = 31 - Math.clz32(mask & -mask);
      this.#readySet(thread).add(id);
      this.wake(thread);
    }
  }

  /** Rings the doorbell of `thread`. */
  wake(thread: number): void {
    const doorbell = this.#layout.threads + thread * THREAD.words + THREAD.doorbell;
    bump(this.cells, doorbell, 1);
    notify(this.cells, doorbell);
  }

  /** Frees this thread's number. The thread must not wait or append any more. */
  detach(): void {
    if (this.#thread === undefined) return;
    and(this.cells, HEADER.aliveThreads, ~(1 << this.#thread));
    this.#thread = undefined;
  }

  /**
   * Recovers the arena from the death of a thread: unlocks the mailboxes it was appending to, frees its number, and
   * wakes all waiters to look again, because it may have died between a change and the notification of it. A message
   * that it was appending or taking at its death is either in the queue or not; another thread may consume its
   * mailboxes afterwards. The thread that notices the death calls this once, after the dead thread has ended.
   */
  recoverDeadThread(thread: number): void {
    const { slots, wideSlots } = this.#layout;
    for (let index = 0; index < slots + wideSlots; index++) {
      const slot = this.slot(index);
      slot.recoverFrom(thread);
      // No thread waits on a free slot, and a recorded operation on it would be attributed to its next agent.
      if (this.#isAllocated(index)) slot.wakeAll();
    }
    for (
      let mask = and(this.cells, HEADER.aliveThreads, ~(1 << thread)) & ~(1 << thread);
      mask !== 0;
      mask &= mask - 1
    ) {
      const other = 31 - Math.clz32(mask & -mask);
      this.#readySet(other).addAll();
      this.wake(other);
    }
  }

  #isAllocated(index: number): boolean {
    const { slots, bitmap, wideBitmap } = this.#layout;
    const [start, bit] = index < slots ? [bitmap, index] : [wideBitmap, index - slots];
    return (load(this.cells, start + (bit >>> 5)) & (1 << (bit & 31))) !== 0;
  }

  #allocate(bitmap: number, count: number, firstIndex: number): Slot {
    const words = Math.ceil(count / 32);
    for (let tried = 0; tried < words; ) {
      const word = (this.#hint + tried) % words;
      const taken = load(this.cells, bitmap + word);
      const free = ~taken & (word === words - 1 && count % 32 !== 0 ? 2 ** (count % 32) - 1 : -1);
      if (free === 0) {
        tried++;
        continue;
      }
      const bit = free & -free;
      if (compareExchange(this.cells, bitmap + word, taken, taken | bit) !== taken) continue;
      this.#hint = word;
      const slot = this.slot(firstIndex + word * 32 + (31 - Math.clz32(bit)));
      slot.reset();
      return slot;
    }
    throw new ArenaFullError(count);
  }

  #claimThread(): number {
    for (;;) {
      const alive = load(this.cells, HEADER.aliveThreads);
      const free = ~alive;
      if (free === 0)
        throw new RangeError(`an arena can have ${MAX_THREADS} threads at once, and all numbers are in use`);
      const bit = free & -free;
      if ((or(this.cells, HEADER.aliveThreads, bit) & bit) === 0) return 31 - Math.clz32(bit);
    }
  }

  #readySet(thread: number): ReadySet {
    const { readySets, readySetWords, slots, wideSlots } = this.#layout;
    return (this.#readySets[thread] ??= new ReadySet(
      this.cells,
      readySets + thread * readySetWords,
      (slots + wideSlots) * EVENTS_PER_SLOT,
    ));
  }
}

/** New memory for an arena. @throws RangeError where the machine has not enough */
export function sharedMemory(bytes: number): SharedArrayBuffer {
  try {
    return new SharedArrayBuffer(bytes);
  } catch (error) {
    throw new RangeError(
      `not enough memory for an arena: this machine cannot allocate ${bytes} bytes of shared memory`,
      {
        cause: error,
      },
    );
  }
}
