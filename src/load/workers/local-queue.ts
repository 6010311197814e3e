/** A queue between coroutines of one thread: packets from the router to a simulated worker. */
import { assert } from "../../vocabulary/index.js";
import type { Reactor, Timer, Wait, Waiter } from "../../platform/sync/index.js";

/**
 * The queue itself is the wait of its coroutine, with one timer for all of its waits. Very many coroutines wait at once
 * and for a long time: objects made for each wait would survive the young generation of the heap, and be copied by the
 * collector.
 */
export class LocalQueue<T> implements Wait<T | undefined> {
  readonly #values: T[] = [];
  #waiter: Waiter<T | undefined> | undefined = undefined;
  readonly #timer: Timer = { due: Infinity, fire: () => this.#resume(undefined), place: -1, order: 0 };

  constructor(private readonly reactor: Reactor) {}

  push(value: T): void {
    if (this.#waiter === undefined) {
      this.#values.push(value);
      return;
    }
    this.reactor.cancel(this.#timer);
    this.#resume(value);
  }

  /**
   * The next value, or undefined when `due` (ms on the reactor's clock) passes first. One coroutine waits at a time.
   */
  next(due: number): Wait<T | undefined> {
    this.#timer.due = due;
    return this;
  }

  block(): never {
    throw new Error("cannot block on a local queue: only its own thread fills it");
  }

  start(waiter: Waiter<T | undefined>): void {
    assert(this.#waiter === undefined, "two coroutines wait on one local queue");
    const { due } = this.#timer;
    const value = this.#values.shift();
    if (value !== undefined || due <= this.reactor.clock.now()) {
      waiter.resume(value);
      return;
    }
    this.#waiter = waiter;
    if (due !== Infinity) this.reactor.add(this.#timer);
  }

  #resume(value: T | undefined): void {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.resume(value);
  }
}
