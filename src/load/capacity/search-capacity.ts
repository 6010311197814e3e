/** Carries out the search for the capacity: runs the trials that it asks for, one after the other. */
import { relative } from "node:path";
import { systemClock, type Clock } from "../../platform/sync/index.js";
import { at } from "../../vocabulary/index.js";
import { mainTrend, viewpointOf, type Capacity, type CapacityTrial } from "../../results/index.js";
import { outcomeOf, verdictFor } from "./judge-trial.js";
import { bracketOf, nextTrial, type SearchBounds } from "./next-trial.js";
import type { TrialRun } from "./trial-process.js";

export interface CapacitySearch {
  /** The workers of the search (arrivalRatesOf gives them for arrival rates). */
  readonly bounds: SearchBounds;
  /** The directory of the search; the runs of its trials are below it. */
  readonly directory: string;
  /** Arrivals a second of so many workers. */
  readonly rateOf: (workers: number) => number;
  /** No trial is started that would end later than this, ms. Left out: no limit. */
  readonly maxMs?: number;
  /** The metric whose thresholds alone decide. Left out: all. */
  readonly metric?: string | undefined;
  /** Trials that an earlier part of the search made. They are not repeated. */
  readonly trials?: readonly CapacityTrial[];
  /** Runs a trial; undefined when `interrupt` ended it (runTrialProcess). */
  readonly runTrial: (workers: number, interrupt: AbortSignal) => Promise<TrialRun | undefined>;
  /** Ends the search; the trial that runs does not count. */
  readonly interrupt: AbortSignal;
  /** Called before each trial. */
  readonly onStart?: (workers: number) => void;
  /** Called after each trial with all that were made. */
  readonly onTrial?: (trials: readonly CapacityTrial[]) => void;
  /** Left out: the machine's. */
  readonly clock?: Clock;
}

/** All trials, those of an earlier part included, and how the search ended. */
export interface EndedSearch {
  readonly trials: readonly CapacityTrial[];
  readonly end: Exclude<Capacity["end"], "running">;
}

/**
 * Searches until the capacity is known to the precision, or the time is over, or it is interrupted.
 * What is known then: `bracketOf(trials)`.
 *
 * @throws {TrialError} when a trial could not run for a reason that is not its rate
 *
 * @example
 * ```ts
 * const rates = arrivalRatesOf(scenario);
 * const { trials, end } = await searchCapacity({
 *   bounds: { start: rates.ownWorkers, least: 1, most: rates.mostWorkers, precision: 1.1 },
 *   directory,
 *   rateOf: rates.rateOf,
 *   runTrial: (workers, interrupt) => runTrialProcess({ arguments: ["--scenario", "steady"], results }, workers, interrupt),
 *   interrupt: new AbortController().signal,
 * });
 * const { passes, fails } = bracketOf(trials); // in workers
 * ```
 */
export async function searchCapacity(search: CapacitySearch): Promise<EndedSearch> {
  const { bounds, maxMs = Infinity, interrupt, runTrial, clock = systemClock } = search;
  const trials = [...(search.trials ?? [])];
  for (;;) {
    const next = nextTrial(trials, bounds);
    if (next.kind !== "try") return { trials, end: next.kind };
    if (interrupt.aborted) return { trials, end: "interrupted" };
    if (isTimeOver(trials, maxMs)) return { trials, end: "out-of-time" };
    search.onStart?.(next.workers);
    const began = clock.now();
    const run = await runTrial(next.workers, interrupt);
    if (run === undefined) return { trials, end: "interrupted" };
    trials.push(trialOf(search, next.workers, run, clock.now() - began));
    search.onTrial?.(trials);
  }
}

/** Whether another trial, if it takes as long as the last one, would end after `maxMs`. The first one always runs. */
function isTimeOver(trials: readonly CapacityTrial[], maxMs: number): boolean {
  const tookMs = trials.reduce((sum, trial) => sum + trial.tookMs, 0);
  return trials.length > 0 && tookMs + at(trials, trials.length - 1).tookMs > maxMs;
}

/** The record of a trial. */
function trialOf(
  { directory, rateOf, metric }: CapacitySearch,
  workers: number,
  { directory: runDirectory, summary, lastWords }: TrialRun,
  tookMs: number,
): CapacityTrial {
  const known = {
    workers,
    rate: rateOf(workers),
    run: runDirectory === undefined ? null : relative(directory, runDirectory),
    tookMs,
  };
  if (summary === undefined) {
    const nothing = { p50: null, p99: null, cpuCores: null, slipP99Ms: null, peakLiveUnits: null };
    return { ...known, outcome: "failed", reasons: [`the run died: ${lastWords}`], ...nothing };
  }
  const verdict = verdictFor(summary, metric);
  const trend = summary.trends[mainTrend(viewpointOf(summary))];
  return {
    ...known,
    outcome: outcomeOf(verdict),
    reasons: verdict.reasons.map(({ text }) => text),
    p50: trend?.p50 ?? null,
    p99: trend?.p99 ?? null,
    cpuCores: summary.health.process.cpuCores,
    slipP99Ms: summary.schedule.slipP99Ms,
    peakLiveUnits: summary.peakLiveUnits ?? null,
  };
}

/** The trials of the highest rate that passed for certain; none when none has. */
export function passingTrials(trials: readonly CapacityTrial[]): CapacityTrial[] {
  const { passes } = bracketOf(trials);
  return trials.filter(({ workers, outcome }) => workers === passes && outcome === "passed");
}

/** The trials that failed at the lowest rate that failed for certain; none when none has. */
export function failingTrials(trials: readonly CapacityTrial[]): CapacityTrial[] {
  const { fails } = bracketOf(trials);
  return trials.filter(({ workers, outcome }) => workers === fails && outcome !== "passed");
}
