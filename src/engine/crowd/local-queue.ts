/** A queue between coroutines of one thread: packets that the router has for a simulated worker. */
import type { Reactor, Timer, Wait, Waiter } from "../../sync/index.js";

export interface LocalQueue<T> {
  push(value: T): void;
  /** The next value, or undefined when `due` (ms on the reactor's clock) passed first. One coroutine waits at a time. */
  next(due: number): Wait<T | undefined>;
}

export function createLocalQueue<T>(reactor: Reactor): LocalQueue<T> {
  const values: T[] = [];
  let waiting: { waiter: Waiter<T | undefined>; timer: Timer | undefined } | undefined;
  return {
    push(value) {
      if (waiting === undefined) {
        values.push(value);
        return;
      }
      const { waiter, timer } = waiting;
      waiting = undefined;
      if (timer !== undefined) reactor.cancel(timer);
      waiter.resume(value);
    },
    next: (due) => ({
      block() {
        throw new Error("a local queue is fed by its own thread: nobody could fill it while the thread is blocked");
      },
      start(waiter) {
        const value = values.shift();
        if (value !== undefined || due <= reactor.clock.now()) {
          waiter.resume(value);
          return;
        }
        const timer =
          due === Infinity
            ? undefined
            : reactor.at(due, () => {
                waiting = undefined;
                waiter.resume(undefined);
              });
        waiting = { waiter, timer };
      },
    }),
  };
}
