/**
 * Measures two stages of the live-update path at a mailbox: when its consumer was woken, and when it had taken the
 * update. One probe serves all agents of a thread, because between the wake-up of an agent and the end of its
 * `getLiveUpdate` no other coroutine of the thread runs.
 */
import {
  WrappedMailbox,
  type Absence,
  type Clock,
  type Mailbox,
  type Message,
  type Steps,
} from "../../../platform/sync/index.js";

/** The times of the last update taken on this thread, ms on the run's clock. */
export interface PathTimes {
  wokenAt: number;
  takenAt: number;
}

/** `mailbox`, which records in `times` when its consumer wakes and takes. */
export function probeMailbox(mailbox: Mailbox, clock: Clock, times: PathTimes): Mailbox {
  return new ProbedMailbox(mailbox, clock, times);
}

class ProbedMailbox extends WrappedMailbox {
  #waited = false;

  constructor(
    mailbox: Mailbox,
    private readonly clock: Clock,
    private readonly times: PathTimes,
  ) {
    super(mailbox);
  }

  override takeMessage(): Message | undefined {
    // A consumer that found an update waiting was awake all along.
    if (!this.#waited) this.times.wokenAt = this.clock.now();
    this.#waited = false;
    const taken = this.inner.takeMessage();
    this.times.takenAt = this.clock.now();
    return taken;
  }

  override *waitForChangeSteps(timeoutMs: number, worker: Absence): Steps<void> {
    yield* this.inner.waitForChangeSteps(timeoutMs, worker);
    this.times.wokenAt = this.clock.now();
    this.#waited = true;
  }
}
