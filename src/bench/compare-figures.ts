/**
 * Compares the figures of two results metric by metric, to find whether a change made the project slower.
 *
 * The cost is compared: a figure, or its inverse when greater is better, so that a ratio above 1 is a slowdown. When
 * the rounds of both were measured alternately (`paired`), the ratio is computed round by round, which cancels the
 * state of the machine. The floor was measured in the same round on the same machine, without the change. As much of
 * the floor's own ratio is divided out (all, half or nothing) as gives the least spread. Results of different times or
 * machines are always compared by their figures over their floors.
 *
 * A metric is slower or faster when three conditions hold: the difference is significant after Holm's correction for
 * the number of metrics, the bootstrap interval of the ratio lies on one side of 1, and the ratio is beyond the least
 * effect that matters. It is the same when the interval lies within that effect. Otherwise the rounds are inconclusive.
 */
import { mean } from "simple-statistics";
import { at } from "../vocabulary/index.js";
import type { Estimate, Figure } from "./figure.js";
import { holm, leastRankSumP, leastSignedRankP, rankSumTest, signedRankTest } from "./rank-tests.js";
import { bootstrap, CONFIDENCE, FEWEST, median } from "./statistics.js";

export const COMPARISON_VERDICTS = ["slower", "faster", "same", "inconclusive"] as const;
export type ComparisonVerdict = (typeof COMPARISON_VERDICTS)[number];

export interface CompareOptions {
  /** Whether the rounds of both were measured alternately. */
  readonly paired: boolean;
  /** The least change of the cost that matters, as a share: 0.05 for 5 %. */
  readonly leastEffect: number;
  /** Of two sets of runs, the metrics that only some of the runs of a set have. */
  readonly incomplete?: { readonly base: readonly IncompleteMetric[]; readonly current: readonly IncompleteMetric[] };
}

/** A metric that only some of several runs have. */
export interface IncompleteMetric {
  readonly name: string;
  /** The number of runs that have it. */
  readonly runs: number;
  /** The number of runs. */
  readonly of: number;
}

/** One metric of two results. */
export interface MetricComparison {
  readonly name: string;
  readonly doc: string;
  /** The cost now over the cost before, with its 95 % bootstrap interval. Above 1 is slower. */
  readonly ratio: Estimate;
  /** The probability of such a difference without a change, corrected for the number of metrics. */
  readonly p: number;
  readonly verdict: ComparisonVerdict;
}

/** A metric that cannot be compared. */
export interface Unmatched {
  readonly name: string;
  /** Which results have it, such as "in 2 of 6 runs before, in 6 of 6 runs now". */
  readonly why: string;
}

/** The comparisons, and the metrics that one of the results, or some of its runs, does not have. */
export interface Compared {
  readonly comparisons: readonly MetricComparison[];
  /** The names of the metrics that were measured in too few rounds: no difference can be significant. */
  readonly tooFew: readonly string[];
  /** How many rounds of each result, or pairs of rounds, are enough for so many metrics. */
  readonly neededRounds: number;
  /** Whether the rounds of both were measured alternately. */
  readonly paired: boolean;
  readonly unmatched: readonly Unmatched[];
}

/** Compares the common metrics. They are judged together, so that more metrics do not cause more false alarms. */
export function compareFigures(base: readonly Figure[], current: readonly Figure[], options: CompareOptions): Compared {
  const matched = current.flatMap((figure) => {
    const before = base.find(({ name }) => name === figure.name);
    return before === undefined ? [] : [measure(before, figure, options.paired)];
  });
  const adjusted = holm(matched.map(({ p }) => p));
  const least = holm(matched.map(({ leastP }) => leastP));
  return {
    tooFew: matched.filter((_, index) => !isSignificant(at(least, index))).map(({ name }) => name),
    neededRounds: neededRounds(matched.length, options.paired),
    paired: options.paired,
    comparisons: matched.map(({ name, doc, ratio }, index) => {
      const p = at(adjusted, index);
      return { name, doc, ratio, p, verdict: judge(ratio, p, options.leastEffect) };
    }),
    unmatched: unmatchedIn(base, current, options.incomplete),
  };
}

function unmatchedIn(
  base: readonly Figure[],
  current: readonly Figure[],
  incomplete: CompareOptions["incomplete"],
): Unmatched[] {
  const names = [...current, ...base, ...(incomplete?.current ?? []), ...(incomplete?.base ?? [])].map(
    ({ name }) => name,
  );
  const isIn = (figures: readonly Figure[], name: string): boolean => figures.some((figure) => figure.name === name);
  return [...new Set(names)]
    .filter((name) => !isIn(base, name) || !isIn(current, name))
    .map((name) => ({
      name,
      why:
        incomplete === undefined
          ? `only ${isIn(base, name) ? "before" : "now"}`
          : `${runsWith(name, base, incomplete.base)} before, ${runsWith(name, current, incomplete.current)} now`,
    }));
}

/** "in 2 of 6 runs". */
function runsWith(name: string, figures: readonly Figure[], incomplete: readonly IncompleteMetric[]): string {
  const some = incomplete.find((metric) => metric.name === name);
  if (some !== undefined) return `in ${some.runs} of ${some.of} runs`;
  const all = figures.find((figure) => figure.name === name)?.rounds.length;
  return all === undefined ? "in no run" : `in ${all} of ${all} runs`;
}

function judge({ value, low, high }: Estimate, p: number, leastEffect: number): ComparisonVerdict {
  const significant = isSignificant(p);
  if (significant && low > 1 && value >= 1 + leastEffect) return "slower";
  if (significant && high < 1 && value <= 1 / (1 + leastEffect)) return "faster";
  if (low > 1 / (1 + leastEffect) && high < 1 + leastEffect) return "same";
  return "inconclusive";
}

function isSignificant(p: number): boolean {
  // 1 - 0.95 is slightly more than 0.05.
  return p <= 1 - CONFIDENCE;
}

/** The least number of rounds with which a difference in each of so many metrics can be significant. */
function neededRounds(metrics: number, paired: boolean): number {
  const leastP = (rounds: number): number => (paired ? leastSignedRankP(rounds) : leastRankSumP(rounds, rounds));
  let rounds = FEWEST;
  while (!isSignificant(metrics * leastP(rounds))) rounds++;
  return rounds;
}

type Measured = Omit<MetricComparison, "verdict"> & { readonly leastP: number };

function measure(base: Figure, current: Figure, paired: boolean): Measured {
  const hasFloor = isOverFloor(base) && isOverFloor(current);
  const inPairs = paired && base.rounds.length === current.rounds.length;
  const { value, low, high, p, leastP } = inPairs
    ? pairwise(
        leastSpread(
          (hasFloor ? FLOOR_SHARES : [0]).map((share) =>
            differencesOf(logCosts(base, share), logCosts(current, share)),
          ),
        ),
      )
    : independent(logCosts(base, hasFloor ? 1 : 0), logCosts(current, hasFloor ? 1 : 0));
  return {
    name: current.name,
    doc: current.doc,
    ratio: { value: Math.exp(value), low: Math.exp(low), high: Math.exp(high) },
    p,
    leastP,
  };
}

/** The shares of the floor's own change that are divided out of a figure's. */
const FLOOR_SHARES = [1, 0.5, 0];

function differencesOf(before: readonly number[], now: readonly number[]): number[] {
  return now.map((cost, round) => cost - at(before, round));
}

/** The choice uses the sizes without their signs, so that it does not cause false alarms. */
function leastSpread(ways: readonly (readonly number[])[]): readonly number[] {
  const spreadOf = (differences: readonly number[]): number => middleOf(differences.map(Math.abs));
  return ways.reduce((least, way) => (spreadOf(way) < spreadOf(least) ? way : least));
}

/**
 * The logarithm of each round's cost, minus this share of the floor's. With logarithms, twice and half are symmetric.
 */
function logCosts({ rounds, floor, better }: Figure, floorShare: number): number[] {
  const sign = better === "smaller" ? 1 : -1;
  // 0 has no logarithm. A smaller value is 0 in every unit.
  const log = (value: number): number => Math.log(Math.max(value, 1e-6));
  return rounds.map(
    (value, round) => sign * (log(value) - (floor === null ? 0 : floorShare * log(at(floor.rounds, round)))),
  );
}

function isOverFloor({ floor, unit }: Figure): boolean {
  return floor !== null || unit === "ratio";
}

/** `leastP`: the least p that so many rounds can have. */
type CostDifference = Estimate & { readonly p: number; readonly leastP: number };

function pairwise(differences: readonly number[]): CostDifference {
  const leastP = leastSignedRankP(differences.length);
  return { value: middleOf(differences), ...bootstrap(middleOf, differences), p: signedRankTest(differences), leastP };
}

function independent(before: readonly number[], now: readonly number[]): CostDifference {
  const difference = (first: readonly number[], second: readonly number[]): number => median(second) - median(first);
  return {
    value: difference(before, now),
    ...bootstrap(difference, before, now),
    p: rankSumTest(before, now),
    // Without an interval there is no verdict.
    leastP: Math.min(before.length, now.length) < FEWEST ? 1 : leastRankSumP(before.length, now.length),
  };
}

/** The share that is trimmed at each end of the sorted values. */
const TRIMMED = 0.2;

/**
 * The trimmed mean, without the lowest and the highest fifth: nearly as robust against outliers as a median, and nearly
 * as efficient as a mean (Yuen, "The two-sample trimmed t for unequal population variances", Biometrika 61, 1974).
 */
function middleOf(values: readonly number[]): number {
  const trimmed = Math.floor(values.length * TRIMMED);
  return mean([...values].sort((a, b) => a - b).slice(trimmed, values.length - trimmed));
}
