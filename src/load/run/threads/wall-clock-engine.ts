/**
 * What the engines on real time have in common, that of this process's threads and that of runs over a network: how
 * they wait, what ends a run early, and what is reported while it goes on.
 */
import { assert } from "../../../vocabulary/index.js";
import { systemClock, type Clock, type Wait } from "../../../platform/sync/index.js";
import { writeRunRecord, type Summary } from "../../../results/index.js";
import { Collector, type Measurements, type SampleSink, type Viewpoint } from "../../measure/index.js";
import { watchMachine, type MachineWatch } from "../../measure/machine/index.js";
import type { PlanOptions } from "../../scenario/index.js";
import { recordOf, type RecordedRun } from "../describe-run.js";
import type { RunProgress } from "../finished-run.js";
import type { EarlyEnd, RunStage } from "../lifecycle.js";
import type { AgentGauges } from "../roles/role.js";
import { Conditions } from "./conditions.js";
import { createTimers, type Timers } from "./timers.js";
import { watchThresholds } from "./watch-thresholds.js";

/** Between two calls of `onProgress`, ms. */
const PROGRESS_MS = 250;

/** A run that goes on. */
export interface RunningRun {
  readonly measured: () => Measurements;
  /** The model's gauges of every thread that has any. */
  readonly gauges: () => Promise<AgentGauges[]>;
  /** From where the run measures. */
  readonly from: Viewpoint;
  /** What was used of this machine so far. Left out where other machines make the load. */
  readonly machine?: MachineWatch["soFar"];
}

export interface WallClockRun extends RecordedRun {
  /** What the plan was built from, so that every thread builds the same. */
  readonly planOptions: PlanOptions;
  /** Where the run's directory is made. */
  readonly resultsRoot: string;
  /** For the summary: the options that differ from their defaults, beside the command that runs it again. */
  readonly options: Summary["options"];
  /** Ends the run early; the results are still written. */
  readonly interrupt: AbortSignal;
  /** Receives every sample; left out: none is kept. */
  readonly samples?: SampleSink | undefined;
  /** Called once the run has started. */
  readonly onStart?: (running: RunningRun) => void;
  /** Called a few times a second. */
  readonly onProgress?: RunProgress;
  /** Called before the start with what makes the verdict doubtful, one line. */
  readonly onWarning?: (warning: string) => void;
}

/** What exists once the run has started. */
export interface StartedRun {
  /** When the run starts, ms on its clock. */
  readonly originMs: number;
  readonly startedAt: Date;
  readonly machineWatch: MachineWatch;
}

export abstract class WallClockEngine<Run extends WallClockRun, Started extends StartedRun> {
  readonly clock: Clock;
  readonly collector: Collector;
  protected readonly run: Run;
  protected readonly directory: string;
  protected readonly timers: Timers;
  protected readonly conditions = new Conditions();
  protected startedRun: Started | undefined;
  #machineWatch: MachineWatch | undefined;
  #thresholds: ReturnType<typeof watchThresholds> | undefined;
  #progress: NodeJS.Timeout | undefined;

  /** @param clock the run's */
  constructor(run: Run, directory: string, clock: Clock) {
    this.run = run;
    this.directory = directory;
    this.clock = clock;
    this.timers = createTimers(clock);
    this.collector = new Collector({ tags: run.plan.tags, samples: run.samples });
  }

  /** The run has started. */
  get started(): Started {
    assert(this.startedRun !== undefined, "the run has started");
    return this.startedRun;
  }

  earlyEnd(): EarlyEnd {
    if (this.run.interrupt.aborted) return { how: "interrupted", why: "by the user" };
    const signal = this.#thresholds?.signal;
    return signal?.aborted === true ? { how: "aborted", why: String(signal.reason) } : undefined;
  }

  until(condition: () => boolean, untilMs: number): Wait<void> {
    this.timers.at(untilMs, this.conditions.changed);
    return this.conditions.until(() => this.clock.now() >= untilMs || condition());
  }

  untilDone(stage: RunStage<unknown>, condition: () => boolean = () => false): Wait<void> {
    return this.conditions.until(() => condition() || stage.isDone());
  }

  /** Writes the record of the run, which starts in `leadMs`, and watches the machine from then on. */
  protected begin(leadMs: number): StartedRun {
    const { samples, loaded, plan } = this.run;
    const startedAt = new Date(Date.now() + leadMs);
    const originMs = this.clock.now() + leadMs;
    // On the machine's clock, which does not jump with that of the run.
    const machineOriginMs = systemClock.now() + leadMs;
    writeRunRecord(this.directory, recordOf(this.run, originMs, startedAt), loaded.text);
    const machineWatch = watchMachine({ now: () => systemClock.now(), originMs: machineOriginMs });
    this.#machineWatch = machineWatch;
    samples?.begin(startedAt, plan.tags.spans);
    return { originMs, startedAt, machineWatch };
  }

  /** Reports on the run, which has started, and watches its thresholds. `ends`: a further signal that it is to end. */
  protected watch(originMs: number, running: Omit<RunningRun, "measured">, ends?: AbortSignal): void {
    const { loaded, interrupt, onStart, onProgress } = this.run;
    const elapsed = (): number => this.clock.now() - originMs;
    const measured = (): Measurements => this.collector.measurements(Math.max(1, elapsed()));
    onStart?.({ measured, ...running });
    this.#thresholds = watchThresholds(loaded.scenario.thresholds, measured, running.from);
    for (const signal of [this.#thresholds.signal, interrupt, ends])
      signal?.addEventListener("abort", this.conditions.changed, { once: true });
    this.#progress = setInterval(() => onProgress?.(measured, elapsed()), PROGRESS_MS);
  }

  /** Ends what reports on the run and watches it. */
  protected stopWatching(): void {
    clearInterval(this.#progress);
    this.#machineWatch?.stop();
    this.#thresholds?.end();
  }

  /** Ends all waits. */
  protected endWaits(): void {
    this.run.interrupt.removeEventListener("abort", this.conditions.changed);
    this.stopWatching();
    this.timers.end();
  }
}
