/** A queue between coroutines of one thread: packets that the router has for a simulated worker. */
import type { Reactor, Timer, Wait, Waiter } from "../../platform/sync/index.js";

export interface LocalQueue<T> {
  push(value: T): void;
  /** The next value, or undefined when `due` (ms on the reactor's clock) passed first. One coroutine waits at a time. */
  next(due: number): Wait<T | undefined>;
}

export function createLocalQueue<T>(reactor: Reactor): LocalQueue<T> {
  return new TimedQueue(reactor);
}

/**
 * The queue is itself what its coroutine waits for, and has one timer for all of its waits. Very many wait at once and long, so that
 * whatever was made for each wait would be moved by the collector before it is of no use.
 */
class TimedQueue<T> implements LocalQueue<T>, Wait<T | undefined> {
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

  next(due: number): Wait<T | undefined> {
    this.#timer.due = due;
    return this;
  }

  block(): never {
    throw new Error("a local queue is fed by its own thread: nobody could fill it while the thread is blocked");
  }

  start(waiter: Waiter<T | undefined>): void {
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
