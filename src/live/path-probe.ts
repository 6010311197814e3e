/**
 * Watches a mailbox from outside, for the stages of the live-update path: when its consumer was woken, and when it had taken
 * the update. One probe serves all agents of a thread, because between the wake-up of an agent and the end of its
 * `getLiveUpdate` no other coroutine of the thread runs.
 */
import { wrapMailbox, type Clock, type Mailbox, type Steps } from "../sync/index.js";

/** The times of the last update taken on this thread, ms on the run's clock. */
export interface PathTimes {
  wokenAt: number;
  takenAt: number;
}

/** `mailbox`, noting in `times` when its consumer wakes and takes. */
export function probed(mailbox: Mailbox, clock: Clock, times: PathTimes): Mailbox {
  let waited = false;
  return wrapMailbox(mailbox, {
    take() {
      // A consumer that found an update waiting was awake all along.
      if (!waited) times.wokenAt = clock.now();
      waited = false;
      const value = mailbox.take();
      times.takenAt = clock.now();
      return value;
    },
    *news(timeoutMs: number, isAbsent: () => boolean): Steps<void> {
      yield* mailbox.news(timeoutMs, isAbsent);
      times.wokenAt = clock.now();
      waited = true;
    },
  });
}
