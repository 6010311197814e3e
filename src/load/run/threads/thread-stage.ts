/** The threads of one kind in the lifecycle of a run. */
import { assert } from "../../../vocabulary/index.js";
import { systemClock } from "../../../platform/sync/index.js";
import type { RunStage } from "../lifecycle.js";
import { REPORT_TIMEOUT_MS } from "../run-limits.js";
import type { Conditions } from "./conditions.js";
import type { LaunchedThread } from "./thread-pool.js";
import type { ThreadReport } from "./setup.js";
import type { Timers } from "./timers.js";

export class ThreadStage<Evidence> implements RunStage<Evidence> {
  readonly threads: readonly LaunchedThread<ThreadReport<Evidence>>[];
  readonly #conditions: Conditions;
  readonly #timers: Timers;
  #reports: readonly (ThreadReport<Evidence> | undefined)[] | undefined;
  #isStopped = false;

  /**
   * @param conditions changes once all threads have ended, and fails when one dies or is silent after its stop
   * @param timers run on the clock of the machine: a jump of the run's clock is not silence
   */
  constructor(threads: readonly LaunchedThread<ThreadReport<Evidence>>[], conditions: Conditions, timers: Timers) {
    this.threads = threads;
    this.#conditions = conditions;
    this.#timers = timers;
    Promise.all(threads.map(({ report }) => report)).then((reports) => {
      this.#reports = reports;
      conditions.changed();
    }, conditions.fail);
  }

  stop(untilMs: number): void {
    for (const thread of this.threads) thread.send({ kind: "stop", untilMs });
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#failWhenSilent(systemClock.now());
  }

  isDone(): boolean {
    return this.#reports !== undefined;
  }

  evidence(): readonly Evidence[] {
    return this.reports().flatMap((report) => (report === undefined ? [] : [report.evidence]));
  }

  /** In the order of the threads; `undefined` for a thread that was killed. All have ended. */
  reports(): readonly (ThreadReport<Evidence> | undefined)[] {
    assert(this.#reports !== undefined, "the reports of a stage are asked for once it is done");
    return this.#reports;
  }

  /** Fails once no thread has sent a message for {@link REPORT_TIMEOUT_MS} since `stoppedAt`. */
  #failWhenSilent(stoppedAt: number): void {
    if (this.isDone()) return;
    const until = Math.max(stoppedAt, ...this.threads.map((thread) => thread.lastMessageAt())) + REPORT_TIMEOUT_MS;
    if (systemClock.now() < until) {
      this.#timers.at(until, () => this.#failWhenSilent(stoppedAt));
      return;
    }
    const names = this.threads.map(({ name }) => name).join(", ");
    this.#conditions.fail(new Error(`${names}: no sign of life for ${REPORT_TIMEOUT_MS} ms after the stop`));
  }
}
