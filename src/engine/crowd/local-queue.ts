/** A queue between coroutines of one thread: packets that the router has for a simulated worker. */
import type { Reactor, Timer, Wait } from "../../sync/index.js";

export interface LocalQueue<T> {
  push(value: T): void;
  /** The next value, or undefined when `due` (ms on the reactor's clock) passed first. One coroutine waits at a time. */
  next(due: number): Wait<T | undefined>;
}

export function createLocalQueue<T>(reactor: Reactor): LocalQueue<T> {
  const values: T[] = [];
  let waiting: { resume: (value: T | undefined) => void; timer: Timer | undefined } | undefined;
  return {
    push(value) {
      if (waiting === undefined) {
        values.push(value);
        return;
      }
      const { resume, timer } = waiting;
      waiting = undefined;
      if (timer !== undefined) reactor.cancel(timer);
      resume(value);
    },
    next: (due) => ({
      block() {
        throw new Error("a local queue is fed by its own thread: nobody could fill it while the thread is blocked");
      },
      start(resume) {
        const value = values.shift();
        if (value !== undefined || due <= reactor.clock.now()) {
          resume(value);
          return;
        }
        const timer =
          due === Infinity
            ? undefined
            : reactor.at(due, () => {
                waiting = undefined;
                resume(undefined);
              });
        waiting = { resume, timer };
      },
    }),
  };
}
