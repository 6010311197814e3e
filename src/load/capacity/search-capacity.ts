/** Carries out the search for the capacity: runs the trials that it asks for, one after the other. */
import { systemClock, type Clock } from "../../platform/sync/index.js";
import { at } from "../../vocabulary/index.js";
import type { Capacity, CapacityTrial } from "../../results/index.js";
import type { JudgedTrial } from "./judge-trial.js";
import { bracketOf, nextTrial, type SearchBounds } from "./next-trial.js";

export interface CapacitySearch {
  /** The workers of the search (arrivalRatesOf gives them for arrival rates). */
  readonly bounds: SearchBounds;
  /** Arrivals a second of so many workers. */
  readonly rateOf: (workers: number) => number;
  /** No trial is started that would end later than this, ms. Left out: no limit. */
  readonly maxMs?: number;
  /** Whether a trial takes as much longer as it has more workers. Left out: all take as long. */
  readonly growsWithWorkers?: boolean;
  /** Trials that an earlier part of the search made. They are not repeated. */
  readonly trials?: readonly CapacityTrial[];
  /** Makes a trial; undefined when `interrupt` ended it. */
  readonly runTrial: (workers: number, interrupt: AbortSignal) => Promise<JudgedTrial | undefined>;
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
 *   rateOf: rates.rateOf,
 *   async runTrial(workers, interrupt) {
 *     const run = await runTrialProcess({ arguments: ["--scenario", "steady"], results }, workers, interrupt);
 *     return run && judgeRun(run, directory, undefined);
 *   },
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
    const growth = search.growsWithWorkers === true ? next.workers / (trials.at(-1)?.workers ?? next.workers) : 1;
    if (isTimeOver(trials, growth, maxMs)) return { trials, end: "out-of-time" };
    search.onStart?.(next.workers);
    const began = clock.now();
    const judged = await runTrial(next.workers, interrupt);
    if (judged === undefined) return { trials, end: "interrupted" };
    const { workers } = next;
    trials.push({ workers, rate: search.rateOf(workers), tookMs: clock.now() - began, ...judged });
    search.onTrial?.(trials);
  }
}

/**
 * Whether another trial, if it takes `growth` times the time of the last one, would end after `maxMs`. The first one
 * always runs.
 */
function isTimeOver(trials: readonly CapacityTrial[], growth: number, maxMs: number): boolean {
  const tookMs = trials.reduce((sum, trial) => sum + trial.tookMs, 0);
  return trials.length > 0 && tookMs + growth * at(trials, trials.length - 1).tookMs > maxMs;
}

/** The trials of the highest rate that passed for certain; none when none has. */
export function passingTrials(trials: readonly CapacityTrial[], agreeing?: number): CapacityTrial[] {
  const { passes } = bracketOf(trials, agreeing);
  return trials.filter(({ workers, outcome }) => workers === passes && outcome === "passed");
}

/** The trials that did not pass at the lowest rate that failed for certain; none when none has. */
export function failingTrials(trials: readonly CapacityTrial[], agreeing?: number): CapacityTrial[] {
  const { fails } = bracketOf(trials, agreeing);
  return trials.filter(({ workers, outcome }) => workers === fails && outcome !== "passed");
}
