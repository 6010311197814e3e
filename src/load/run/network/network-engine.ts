/**
 * The parts of a run over a network, for its lifecycle (network-lifecycle.ts): what carries the workers, and eyes on
 * the target.
 */
import { assert, threadTimes, type ThreadTimes } from "../../../vocabulary/index.js";
import { systemClock, untilSettled, type Wait } from "../../../platform/sync/index.js";
import { writeRunRecord, type Summary } from "../../../results/index.js";
import { Collector, watchProcess, type Measurements, type SampleSink } from "../../measure/index.js";
import { watchMachine, type MachineWatch } from "../../measure/machine/index.js";
import type { NetworkTarget } from "../../network/index.js";
import type { LoadedScenario, Plan, PlanOptions } from "../../scenario/index.js";
import { recordOf } from "../describe-run.js";
import type { RunProgress } from "../finished-run.js";
import type { EarlyEnd, RunStage } from "../lifecycle.js";
import { Conditions } from "../threads/conditions.js";
import type { RunningRun } from "../threads/threads-engine.js";
import { createTimers, type Timers } from "../threads/timers.js";
import { watchThresholds } from "../threads/watch-thresholds.js";
import type { GeneratorReport, LoadGenerators } from "./load-generators.js";
import type { NetworkParts, NetworkStages } from "./network-lifecycle.js";
import type { ObservedTarget, TargetObserver } from "./target-observer.js";

/** Between two calls of `onProgress`, ms. */
const PROGRESS_MS = 250;

export interface NetworkRun {
  readonly loaded: LoadedScenario;
  readonly plan: Plan;
  /** What the plan was built from, so that every thread builds the same. */
  readonly planOptions: PlanOptions;
  readonly target: NetworkTarget;
  readonly dialectName: string;
  /** Whether the task answers each update. */
  readonly answersEach: boolean;
  /** Where the run's directory is made. */
  readonly resultsRoot: string;
  readonly runId: string;
  /** For the summary: the options that differ from a plain run, and the command that runs it again. */
  readonly options: Summary["options"];
  readonly reproduce: string;
  /** Ends the run early; the results are still written. */
  readonly interrupt: AbortSignal;
  /** Receives every sample; left out: none is kept. */
  readonly samples?: SampleSink | undefined;
  /** Called once the run has started, with what can be asked of it while it goes on. */
  readonly onStart?: (running: RunningRun) => void;
  /** Called a few times a second with what has been measured so far. */
  readonly onProgress?: RunProgress;
  /** Called before the start with what makes the verdict doubtful, one line. */
  readonly onWarning?: (warning: string) => void;
}

interface StartedNetwork extends NetworkStages {
  readonly startedAt: Date;
  readonly processWatch: ReturnType<typeof watchProcess>;
  readonly machineWatch: MachineWatch;
  /** What this thread had used before. */
  readonly coordinatorTimes: ThreadTimes | null;
  readonly abort: ReturnType<typeof watchThresholds>;
  readonly progress: NodeJS.Timeout;
}

export class NetworkEngine implements NetworkParts {
  readonly clock = systemClock;
  readonly giveUpAfterMs: number;
  readonly collector: Collector;
  readonly #run: NetworkRun;
  readonly #directory: string;
  readonly #observer: TargetObserver;
  /** Names of workers and registrations begin with it. */
  readonly #prefix: string;
  readonly #timers: Timers = createTimers(systemClock);
  readonly #conditions = new Conditions();
  readonly #generators: LoadGenerators;
  #fatal: string | undefined;
  #started: StartedNetwork | undefined;

  constructor(run: NetworkRun, directory: string, observer: TargetObserver, generators: LoadGenerators) {
    this.#run = run;
    this.collector = new Collector({ tags: run.plan.tags, samples: run.samples });
    this.#directory = directory;
    this.#observer = observer;
    this.#prefix = `${run.runId}-`;
    this.giveUpAfterMs = run.plan.scheduleMs + run.loaded.scenario.drainTimeout;
    this.#generators = generators;
  }

  /** The run has started. */
  get started(): StartedNetwork {
    assert(this.#started !== undefined, "the run has started");
    return this.#started;
  }

  /** Where the target is. */
  get url(): string {
    return this.#generators.url ?? this.#run.target.address.url;
  }

  /** What the generators hand over beside their evidence. The run has ended. */
  report(): GeneratorReport {
    return this.#generators.report();
  }

  start(): Wait<NetworkStages> {
    return untilSettled(this.#start());
  }

  earlyEnd(): EarlyEnd {
    if (this.#run.interrupt.aborted) return { how: "interrupted", why: "by the user" };
    if (this.#fatal !== undefined) return { how: "interrupted", why: this.#fatal };
    const { signal } = this.started.abort;
    return signal.aborted ? { how: "aborted", why: String(signal.reason) } : undefined;
  }

  until(condition: () => boolean, untilMs: number): Wait<void> {
    this.#timers.at(untilMs, this.#conditions.changed);
    return this.#conditions.until(() => this.clock.now() >= untilMs || condition());
  }

  untilDone(stage: RunStage<unknown>, condition: () => boolean = () => false): Wait<void> {
    return this.#conditions.until(() => condition() || stage.isDone());
  }

  liftPauses(): void {
    // No thread of a run over a network is paused.
  }

  observe(untilMs: number): Wait<ObservedTarget> {
    return untilSettled(this.#observer.observe(this.#prefix, untilMs, () => this.earlyEnd() !== undefined));
  }

  /** Ends all generators, whatever they are doing. */
  async destroy(): Promise<void> {
    this.#run.interrupt.removeEventListener("abort", this.#conditions.changed);
    if (this.#started !== undefined) {
      clearInterval(this.#started.progress);
      this.#started.machineWatch.stop();
      this.#started.abort.end();
    }
    this.#timers.end();
    await this.#generators.destroy();
  }

  async #start(): Promise<StartedNetwork> {
    const { loaded, planOptions, target, interrupt } = this.#run;
    const stages = await this.#generators.launch(
      { scenario: loaded.scenario, plan: planOptions, target, prefix: this.#prefix },
      {
        onProgress: (snapshot) => this.collector.add(snapshot),
        keepsSamples: this.#run.samples !== undefined,
        onFatal: (why) => {
          this.#fatal ??= why;
          this.#conditions.changed();
        },
        onWarning: (warning) => this.#run.onWarning?.(warning),
        conditions: this.#conditions,
        timers: this.#timers,
      },
    );
    const { leadMs } = this.#generators;
    const processWatch = watchProcess();
    const coordinatorTimes = threadTimes();
    const startedAt = new Date(Date.now() + leadMs);
    const originMs = this.clock.now() + leadMs;
    writeRunRecord(this.#directory, recordOf(this.#run, originMs, startedAt), loaded.text);
    const machineWatch = watchMachine({ now: () => this.clock.now(), originMs });
    this.#run.samples?.begin(startedAt, this.#run.plan.tags.spans);
    this.#generators.start(originMs);
    this.#observer.start(this.#prefix);
    const elapsed = (): number => this.clock.now() - originMs;
    const measured = (): Measurements => this.collector.measurements(Math.max(1, elapsed()));
    this.#run.onStart?.({
      ...{ measured, gauges: () => Promise.resolve([]), from: "clients" },
      ...(!this.#generators.areRemote && { machine: () => machineWatch.soFar() }),
    });
    const abort = watchThresholds(loaded.scenario.thresholds, measured, "clients");
    for (const signal of [abort.signal, interrupt])
      signal.addEventListener("abort", this.#conditions.changed, { once: true });
    const progress = setInterval(() => this.#run.onProgress?.(measured, elapsed()), PROGRESS_MS);
    this.#started = {
      ...stages,
      originMs,
      startedAt,
      processWatch,
      machineWatch,
      coordinatorTimes,
      abort,
      progress,
    };
    return this.#started;
  }
}
