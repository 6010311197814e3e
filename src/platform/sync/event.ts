/**
 * Python's `threading.Event` on shared memory: a flag that threads set, clear and wait for.
 *
 * Two words. The state word is `generation << 1 | flag`. Every `set` raises the generation, so that a waiter detects
 * that the event was set even if it was cleared before the waiter woke: CPython's `Event.wait` returns true then,
 * because its waiter was notified (Lib/threading.py, `Event.wait` and `Condition.wait`). The generation has 31 bits: a
 * waiter misses a `set` only if it sleeps through exactly 2^31 of them. The watchers word is a bit mask of the threads
 * that wait without blocking (see reactor.ts).
 */
import {
  and,
  bump,
  exchange,
  changedSince,
  spinWait,
  clearBitsIfUnchanged,
  notify,
  raise,
  test,
  readEpoch,
  waitWhileUnchanged,
} from "./atomics.js";
import type { Clock } from "./clock.js";
import { suspendOn, type Wait, type Waiter } from "./steps.js";

/** The side of an event that only reads and waits. */
export interface Signal {
  /** Whether the flag is set. */
  isSet(): boolean;
  /**
   * Blocks this thread until the flag is set or `timeoutMs` (milliseconds, fractional allowed) passed; without a
   * timeout it waits forever. Zero, a negative number and NaN do not wait. Returns whether the event was set, as
   * Python's does.
   */
  wait(timeoutMs?: number): boolean;
  /** As `wait`, but does not block the thread. */
  waitAsync(timeoutMs?: number): Promise<boolean>;
  /** As `wait`, for `yield* wait(signal.waiting(ms))` in Steps. */
  waiting(timeoutMs?: number): Wait<boolean>;
}

/** Resumes a coroutine when an event is set: the thread's reactor. */
export interface Watcher {
  /** Resumes with true once `event` was set after `epoch`, or with false when `timeoutMs` passed first. */
  watch(event: Event, epoch: number, timeoutMs: number, waiter: Waiter<boolean>): void;
}

/** The part of the arena that an event uses. */
export interface EventHome {
  readonly cells: Int32Array;
  readonly clock: Clock;
  readonly reactor: Watcher;
  /** Wakes the threads of the mask for the event `id`. */
  signalThreads(threads: number, id: number): void;
}

const FLAG = 1;
const ONE_GENERATION = 2;
const GENERATION = ~FLAG;
/**
 * A thread that waits again within this time (ms) is in a fast exchange: it spins before it sleeps, if its timeout is
 * longer.
 */
const SPIN_WINDOW_MS = 0.1;
/** How many reads it spins: about as long as it takes to put a thread to sleep and wake it. */
const SPIN_LIMIT = 10_000;

/**
 * An event in shared memory, with the semantics of Python's `threading.Event`.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Arena } from "crowdstorm";
 *
 * const event = Arena.create({ slots: 1 }).allocate().event("didSubmit");
 * assert.equal(event.wait(10), false); // nothing has set it within 10 ms
 * const waiting = event.waitAsync(1000);
 * event.set();
 * assert.equal(await waiting, true);
 * ```
 */
export class Event implements Signal {
  readonly #home: EventHome;
  readonly #state: number;
  /** When the last blocking wait through this handle began, ms on the clock. */
  #began = -Infinity;
  /** The event's number in its arena. */
  readonly id: number;

  /** Use {@link Slot.event}. `state` is the index of the first of the event's two words. */
  constructor(home: EventHome, state: number, id: number) {
    this.#home = home;
    this.#state = state;
    this.id = id;
  }

  isSet(): boolean {
    return test(this.#home.cells, this.#state, FLAG);
  }

  /** Sets the flag and wakes all waiters. */
  set(): void {
    this.raise();
    this.#wakeWaiters();
  }

  /** Ends all waits since an earlier epoch, and leaves the flag as it is. */
  notifyAll(): void {
    this.advanceEpoch();
    this.#wakeWaiters();
  }

  /** The first half of {@link set}: sets the flag without waking the waiters. */
  raise(): void {
    raise(this.#home.cells, this.#state, ONE_GENERATION, FLAG);
  }

  /** The first half of {@link notifyAll}: begins a new epoch without waking the waiters. */
  advanceEpoch(): void {
    bump(this.#home.cells, this.#state, ONE_GENERATION);
  }

  /** Makes the threads that are blocked on the event check it again. Coroutines are woken through their ready set. */
  wakeAll(): void {
    notify(this.#home.cells, this.#state);
  }

  /** Clears the flag. */
  clear(): void {
    clearEvent(this.#home.cells, this.#state);
  }

  /**
   * The present epoch, for {@link clearIfUnchanged} and {@link waitSince}. Only its bits of `observableBits` may be
   * read.
   */
  epoch(observableBits = 0): number {
    return readEpoch(this.#home.cells, this.#state, observableBits);
  }

  /** Clears the flag unless the event has changed since `epoch`. Returns whether it was unchanged. */
  clearIfUnchanged(epoch: number): boolean {
    return clearBitsIfUnchanged(this.#home.cells, this.#state, epoch, FLAG);
  }

  wait(timeoutMs = Infinity): boolean {
    const epoch = this.epoch(FLAG);
    return (epoch & FLAG) !== 0 || this.waitSince(epoch, timeoutMs);
  }

  /** Blocks until the event was set or notified after `epoch`; false when `timeoutMs` passed first. */
  waitSince(epoch: number, timeoutMs: number): boolean {
    const { cells, clock } = this.#home;
    let deadline = Infinity;
    if (timeoutMs !== Infinity) {
      const now = clock.now();
      deadline = now + timeoutMs;
      if (timeoutMs > SPIN_WINDOW_MS && now - this.#began < SPIN_WINDOW_MS)
        spinWait(cells, this.#state, epoch, SPIN_LIMIT);
      this.#began = now;
    }
    let remaining = timeoutMs;
    let raised = changedSince(cells, this.#state, epoch, GENERATION);
    while (!raised) {
      if (!(remaining > 0)) return false;
      const outcome = waitWhileUnchanged(cells, this.#state, epoch, GENERATION, remaining);
      raised = changedSince(cells, this.#state, epoch, GENERATION);
      if (outcome === "timed-out") return raised;
      if (deadline !== Infinity && !raised) remaining = deadline - clock.now();
    }
    return true;
  }

  waitAsync(timeoutMs = Infinity): Promise<boolean> {
    return suspendOn(this.waiting(timeoutMs));
  }

  waiting(timeoutMs = Infinity): Wait<boolean> {
    return {
      block: () => this.wait(timeoutMs),
      start: (waiter) => {
        const epoch = this.epoch(FLAG);
        if ((epoch & FLAG) !== 0) waiter.resume(true);
        else this.watch(epoch, timeoutMs, waiter);
      },
    };
  }

  /** {@link waitSince} as a wait of Steps. */
  waitingSince(epoch: number, timeoutMs: number): Wait<boolean> {
    return new EpochWait(this, epoch, timeoutMs);
  }

  /** Whether the event was set or notified after `epoch`. */
  changedSince(epoch: number): boolean {
    return changedSince(this.#home.cells, this.#state, epoch, GENERATION);
  }

  /** Index of the word of the watching threads, for the reactor. */
  get watchers(): number {
    return this.#state + 1;
  }

  /** {@link waitSince} without blocking: resumes the waiter with its result. */
  watch(epoch: number, timeoutMs: number, waiter: Waiter<boolean>): void {
    this.#home.reactor.watch(this, epoch, timeoutMs, waiter);
  }

  /** Wakes all waiters, after the state has changed. */
  #wakeWaiters(): void {
    const { cells } = this.#home;
    notify(cells, this.#state);
    // A watcher first sets its bit and then reads the state: at least one of the two sees the other.
    if (test(cells, this.watchers, -1)) this.#home.signalThreads(exchange(cells, this.watchers, 0), this.id);
  }
}

/** A class, because one is made for each live update: closures take twice as much memory. */
class EpochWait implements Wait<boolean> {
  constructor(
    private readonly event: Event,
    private readonly epoch: number,
    private readonly timeoutMs: number,
  ) {}

  block(): boolean {
    return this.event.waitSince(this.epoch, this.timeoutMs);
  }

  start(waiter: Waiter<boolean>): void {
    this.event.watch(this.epoch, this.timeoutMs, waiter);
  }
}

/** As {@link Event.clear}, for the event whose first word is `state`, without a handle on it. */
export function clearEvent(cells: Int32Array, state: number): void {
  and(cells, state, ~FLAG);
}
