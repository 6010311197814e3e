/**
 * The search for the highest arrival rate that passes, without the runs: given the trials so far, what to try next.
 *
 * The search is in workers, as a plan has a whole number of them; the arrival rate is proportional. It doubles until a
 * number fails, or halves until one passes, and then tries the geometric mean of both, because the precision is a
 * ratio. Its rule against noise: a number of workers passes, or fails, when two of its trials agree, at most three
 * therefore. The greatest number that passes and the least one that fails, which are the result, are always decided
 * so. A single trial that noise turned round changes neither. Two things save trials:
 *
 * - while the search doubles, one trial that passed is enough to go on, as a greater number that passes says more. The
 *   last one is tried again before it counts;
 * - a broken invariant needs no second trial: noise on the machine can fail a threshold, but cannot break an invariant.
 *
 * An inconclusive trial, in which other programs kept the machine busy, is repeated once for each number of workers.
 * The next one of the same number counts as failed.
 *
 * The state is the list of trials alone, so an interrupted search continues where it was.
 */
import { assert } from "../../vocabulary/index.js";

/** What came of a run. `broken`: an invariant broke. */
export type TrialOutcome = "passed" | "failed" | "broken" | "inconclusive";

export interface Trial {
  readonly workers: number;
  readonly outcome: TrialOutcome;
}

/** The workers of the search: whole numbers of 1 or more, `least` ≤ `start` ≤ `most`. */
export interface SearchBounds {
  /** The first that is tried. */
  readonly start: number;
  /** The search does not halve below it. */
  readonly least: number;
  /** The search does not double above it. */
  readonly most: number;
  /** The search ends when the least that fails is at most so many times the greatest that passes. Above 1. */
  readonly precision: number;
  /** Trials that must agree. Left out: {@link AGREEING}; 1 where a trial has the same outcome each time. */
  readonly agreeing?: number;
}

/** The result as far as it is known. */
export interface Bracket {
  /** The greatest number of workers that passed for certain; undefined when none has. */
  readonly passes: number | undefined;
  /** The least number of workers that failed for certain; undefined when none has. */
  readonly fails: number | undefined;
}

/**
 * `try`: run so many workers next. `found`: the capacity is between both. `unbounded`: even the most workers pass.
 * `none`: even the least fail.
 */
export type NextTrial =
  | { readonly kind: "try"; readonly workers: number }
  | { readonly kind: "found"; readonly passes: number; readonly fails: number }
  | { readonly kind: "unbounded"; readonly passes: number }
  | { readonly kind: "none"; readonly fails: number };

/** So many trials that agree decide, where a trial has not the same outcome each time. */
const AGREEING = 2;

/**
 * What to do after `trials`. The caller runs what it says and asks again; at most `maxTrials(bounds)` times.
 *
 * @example
 * ```ts
 * const bounds = { start: 100, least: 1, most: 1000, precision: 1.1 };
 * nextTrial([], bounds); // { kind: "try", workers: 100 }
 * nextTrial([{ workers: 100, outcome: "passed" }], bounds); // { kind: "try", workers: 200 }
 * ```
 */
export function nextTrial(trials: readonly Trial[], bounds: SearchBounds): NextTrial {
  const { start, least, most, precision, agreeing = AGREEING } = checked(bounds);
  const attempt = (workers: number): NextTrial => ({ kind: "try", workers });
  const fails = leastFailing(trials, agreeing);
  // The greatest that may pass: above it everything has failed.
  const highest = greatest(trials.map(({ workers }) => workers).filter((workers) => workers < fails));
  if (highest === undefined) {
    if (fails === Infinity) return attempt(start);
    return fails <= least ? { kind: "none", fails } : attempt(Math.max(least, Math.floor(fails / 2)));
  }
  const votes = votesOf(trials, highest, agreeing);
  const isCertain = votes.passed >= agreeing;
  if (fails === Infinity) {
    const passesSoFar = votes.passed > 0 && votes.failed === 0;
    if (highest < most && (isCertain || passesSoFar)) return attempt(Math.min(most, highest * 2));
    return isCertain ? { kind: "unbounded", passes: highest } : attempt(highest);
  }
  if (!isCertain) return attempt(highest);
  if (fails - highest <= 1 || fails / highest <= precision) return { kind: "found", passes: highest, fails };
  const middle = Math.round(Math.sqrt(highest * fails));
  return attempt(Math.min(Math.max(middle, highest + 1), fails - 1));
}

/** What is certain after `trials`, wherever the search stands. `agreeing`: as in {@link SearchBounds}. */
export function bracketOf(trials: readonly Trial[], agreeing = AGREEING): Bracket {
  const fails = leastFailing(trials, agreeing);
  const passes = greatest(
    trials
      .map(({ workers }) => workers)
      .filter((workers) => workers < fails && votesOf(trials, workers, agreeing).passed >= agreeing),
  );
  return { passes, fails: fails === Infinity ? undefined : fails };
}

/** The trials that a search takes at most, whatever comes of them. */
export function maxTrials(bounds: SearchBounds): number {
  const { start, least, most, precision, agreeing = AGREEING } = checked(bounds);
  const doublings = Math.ceil(Math.log2(most / start)) + 1;
  const halvings = Math.ceil(Math.log2(start / least)) + 1;
  // Neighbours end the search too. Rounding to whole numbers can cost one bisection more.
  const ratio = Math.max(precision, 1 + 1 / most);
  const bisections = ratio >= 2 ? 0 : Math.ceil(Math.log2(Math.log(2) / Math.log(ratio))) + 1;
  const numbers = doublings + halvings + bisections;
  // Two that agree of three, and one that was inconclusive.
  return numbers * (2 * agreeing);
}

interface Votes {
  readonly passed: number;
  readonly failed: number;
}

/** What the trials of this number of workers say. */
function votesOf(trials: readonly Trial[], workers: number, agreeing: number): Votes {
  const outcomes = trials.filter((trial) => trial.workers === workers).map(({ outcome }) => outcome);
  const count = (wanted: TrialOutcome): number => outcomes.filter((outcome) => outcome === wanted).length;
  if (count("broken") > 0) return { passed: 0, failed: agreeing };
  return { passed: count("passed"), failed: count("failed") + Math.max(0, count("inconclusive") - 1) };
}

/** The least number of workers that failed for certain; Infinity when none did. */
function leastFailing(trials: readonly Trial[], agreeing: number): number {
  return trials
    .map(({ workers }) => workers)
    .filter((workers) => votesOf(trials, workers, agreeing).failed >= agreeing)
    .reduce((least, workers) => Math.min(least, workers), Infinity);
}

function greatest(numbers: readonly number[]): number | undefined {
  return numbers.length === 0 ? undefined : Math.max(...numbers);
}

function checked(bounds: SearchBounds): SearchBounds {
  const { start, least, most, precision } = bounds;
  const isWhole = [start, least, most].every((workers) => Number.isSafeInteger(workers) && workers >= 1);
  assert(isWhole && least <= start && start <= most, "the bounds of a search are whole numbers in their order");
  assert(precision > 1, "the precision of a search is a ratio above 1");
  return bounds;
}
