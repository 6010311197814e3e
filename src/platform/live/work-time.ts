/** The time that a task's code is busy with a live update. The shutdown of the live run ends it early. */
import type { Reactor, Timer, Wait } from "../sync/index.js";

export interface WorkTime {
  /** A wait of the time that one live update takes; none after {@link WorkTime.cancel}. */
  readonly wait: Wait<void>;
  /** Ends the current waits, each in a turn of its own; later waits end at once. */
  cancel(): void;
}

/** @param ms how long the code is busy with each live update */
export function createWorkTime(reactor: Reactor, ms: number): WorkTime {
  const pending = new Set<Timer>();
  let left = ms;
  return {
    wait: {
      block: () => reactor.sleep(left).block(),
      start(waiter) {
        if (left === 0) {
          waiter.resume(undefined);
          return;
        }
        const timer = reactor.at(reactor.clock.now() + left, () => {
          pending.delete(timer);
          waiter.resume(undefined);
        });
        pending.add(timer);
      },
    },
    cancel() {
      left = 0;
      for (const timer of pending) {
        reactor.cancel(timer);
        reactor.at(reactor.clock.now(), () => timer.fire());
      }
    },
  };
}
