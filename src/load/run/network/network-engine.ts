/**
 * The parts of a run over a network, for its lifecycle (network-lifecycle.ts): what carries the workers, and eyes on
 * the target.
 */
import { threadTimes, type ThreadTimes } from "../../../vocabulary/index.js";
import { systemClock, untilSettled, type Wait } from "../../../platform/sync/index.js";
import { watchProcess } from "../../measure/index.js";
import type { NetworkTarget } from "../../network/index.js";
import type { EarlyEnd } from "../lifecycle.js";
import { WallClockEngine, type StartedRun, type WallClockRun } from "../threads/wall-clock-engine.js";
import type { GeneratorReport, LoadGenerators } from "./load-generators.js";
import type { NetworkParts, NetworkStages } from "./network-lifecycle.js";
import type { ObservedTarget, TargetObserver } from "./target-observer.js";

export interface NetworkRun extends WallClockRun {
  readonly target: NetworkTarget;
  readonly dialectName: string;
  /** Whether the task answers each update. */
  readonly answersEach: boolean;
}

interface StartedNetwork extends NetworkStages, StartedRun {
  readonly processWatch: ReturnType<typeof watchProcess>;
  /** What this thread had used before. */
  readonly coordinatorTimes: ThreadTimes | null;
}

export class NetworkEngine extends WallClockEngine<NetworkRun, StartedNetwork> implements NetworkParts {
  readonly giveUpAfterMs: number;
  readonly #observer: TargetObserver;
  /** Names of workers and registrations begin with it. */
  readonly #prefix: string;
  readonly #generators: LoadGenerators;
  #fatal: string | undefined;

  constructor(run: NetworkRun, directory: string, observer: TargetObserver, generators: LoadGenerators) {
    super(run, directory, systemClock);
    this.#observer = observer;
    this.#prefix = `${run.runId}-`;
    this.giveUpAfterMs = run.plan.scheduleMs + run.loaded.scenario.drainTimeout;
    this.#generators = generators;
  }

  /** Where the target is. */
  get url(): string {
    return this.#generators.url ?? this.run.target.address.url;
  }

  /** What the generators hand over beside their evidence. The run has ended. */
  report(): GeneratorReport {
    return this.#generators.report();
  }

  start(): Wait<NetworkStages> {
    return untilSettled(this.#start());
  }

  override earlyEnd(): EarlyEnd {
    if (this.#fatal === undefined || this.run.interrupt.aborted) return super.earlyEnd();
    return { how: "interrupted", why: this.#fatal };
  }

  liftPauses(): void {
    // No thread of a run over a network is paused.
  }

  observe(untilMs: number): Wait<ObservedTarget> {
    return untilSettled(this.#observer.observe(this.#prefix, untilMs, () => this.earlyEnd() !== undefined));
  }

  /** Ends all generators, whatever they are doing. */
  async destroy(): Promise<void> {
    this.endWaits();
    await this.#generators.destroy();
  }

  async #start(): Promise<StartedNetwork> {
    const { loaded, planOptions, target, samples, onWarning } = this.run;
    const stages = await this.#generators.launch(
      { scenario: loaded.scenario, plan: planOptions, target, prefix: this.#prefix },
      {
        onProgress: (snapshot) => this.collector.add(snapshot),
        keepsSamples: samples !== undefined,
        onFatal: (why) => {
          this.#fatal ??= why;
          this.conditions.changed();
        },
        onWarning: (warning) => onWarning?.(warning),
        conditions: this.conditions,
        timers: this.timers,
      },
    );
    const processWatch = watchProcess();
    const coordinatorTimes = threadTimes();
    const begun = this.begin(this.#generators.leadMs);
    const { originMs, machineWatch } = begun;
    this.#generators.start(originMs);
    this.#observer.start(this.#prefix);
    this.watch(originMs, {
      ...{ gauges: () => Promise.resolve([]), from: "clients" },
      ...(!this.#generators.areRemote && { machine: () => machineWatch.soFar() }),
    });
    return (this.startedRun = { ...stages, ...begun, processWatch, coordinatorTimes });
  }
}
