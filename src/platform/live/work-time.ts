/** The time that a task's code is busy with a live update, until the live run shuts down: what is busy then is not waited for. */
import type { Reactor, Timer, Wait } from "../sync/index.js";

export interface WorkTime {
  /** A wait of the time that one live update takes; none after {@link WorkTime.cancel}. */
  readonly wait: Wait<void>;
  /** Ends the waits that are under way, each in a turn of its own, and takes no time from now on. */
  cancel(): void;
}

/** @param ms how long the code is busy with each live update */
export function createWorkTime(reactor: Reactor, ms: number): WorkTime {
  const underWay = new Set<Timer>();
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
          underWay.delete(timer);
          waiter.resume(undefined);
        });
        underWay.add(timer);
      },
    },
    cancel() {
      left = 0;
      for (const timer of underWay) {
        reactor.cancel(timer);
        reactor.at(reactor.clock.now(), () => timer.fire());
      }
    },
  };
}
