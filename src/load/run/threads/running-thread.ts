/**
 * A thread of a run, as its own code sees it (its coordinator sees a `LaunchedThread`): waits for the start, works
 * until it is done, sends its measurements meanwhile, and hands over its report.
 */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { assert, messageOf } from "../../../vocabulary/index.js";
import { createTaskGroup } from "../../../platform/live/index.js";
import { systemClock, type Clock } from "../../../platform/sync/index.js";
import { createRecorder, watchHealth, type Recorder } from "../../measure/index.js";
import { buildPlan } from "../../scenario/build-plan.js";
import type { Plan, PlanOptions, Scenario } from "../../scenario/index.js";
import type { FromThread, ThreadBasics, ThreadReport, ToThread } from "./setup.js";

/** How often a thread sends its measurements to the coordinator, ms. */
const PROGRESS_MS = 250;
/** How often a thread that its event loop drives checks whether it is done, ms. */
const POLL_MS = 20;

interface RunningThreadSetup extends ThreadBasics {
  readonly run: { readonly scenario: Scenario; readonly plan: PlanOptions };
}

/** What the work of a thread starts with. */
export interface ThreadStart {
  readonly start: Extract<ToThread, { readonly kind: "start" }>;
  readonly plan: Plan;
  readonly recorder: Recorder;
}

/** What a thread does once it has started. */
export interface ThreadWork<Evidence> {
  /** Resolves once it has nothing more to do, or the thread has failed. */
  untilDone(): Promise<void>;
  /** It should be done by `untilMs` on the run's clock. */
  stop(untilMs: number): void;
  /** A message other than the start and the stop. */
  onMessage?(message: ToThread): void;
  /** Called once {@link untilDone} has settled, while the coordinator still gets messages. */
  close?(): Promise<void>;
  /** Called last, unless the thread has failed. */
  evidence(): Evidence;
}

export class RunningThread {
  readonly taskGroup = createTaskGroup((what, error) => this.fail(what, error));
  readonly #setup: RunningThreadSetup;
  readonly #clock: Clock;
  #failure: Error | undefined;

  /** @param clock the run's */
  constructor(setup: RunningThreadSetup, clock: Clock = systemClock) {
    this.#setup = setup;
    this.#clock = clock;
  }

  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** Ends the thread with this error once its work has noticed it. Only the first failure counts. */
  fail(what: string, error: unknown): void {
    this.#failure ??= new Error(`${what}: ${messageOf(error)}`, { cause: error });
  }

  post(message: FromThread): void {
    this.#setup.port.postMessage(message);
  }

  /** Waits for the start, and then works. {@link post} has said hello. */
  async run<Evidence>(begin: (start: ThreadStart) => ThreadWork<Evidence>): Promise<ThreadReport<Evidence>> {
    const { name, port, run, counts, keepsSamples } = this.#setup;
    const [start] = (await once(port, "message")) as [ToThread];
    assert(start.kind === "start", `thread ${name} got "${start.kind}" before it was started`);
    const { originMs } = start;
    const plan = buildPlan(run.scenario, run.plan);
    const tagged = { tags: plan.tags, now: () => this.#clock.now() };
    const recorder = createRecorder({ thread: name, originMs, ...tagged, counts, keepSamples: keepsSamples });
    const health = watchHealth(name);
    const work = begin({ start, plan, recorder });
    port.on("message", (message: ToThread) => {
      if (message.kind === "stop") work.stop(message.untilMs);
      else work.onMessage?.(message);
    });
    const progress = this.#sendProgress(recorder);
    try {
      await work.untilDone();
    } finally {
      clearInterval(progress);
      try {
        await work.close?.();
      } finally {
        port.close();
      }
    }
    if (this.#failure !== undefined) throw this.#failure;
    return { evidence: work.evidence(), snapshot: recorder.take(), health: health.stop() };
  }

  #sendProgress(recorder: Recorder): NodeJS.Timeout {
    let tickDueAt = systemClock.now() + PROGRESS_MS;
    return setInterval(() => {
      const now = systemClock.now();
      recorder.trend("event_loop_delay").record(Math.max(0, now - tickDueAt), this.#clock.now());
      tickDueAt = now + PROGRESS_MS;
      this.post({ kind: "progress", snapshot: recorder.take() });
    }, PROGRESS_MS);
  }
}

/** For a thread with sockets, which does not park: its event loop drives its coroutines too. */
export async function pollUntil(isDone: () => boolean): Promise<void> {
  while (!isDone()) await sleep(POLL_MS);
}
