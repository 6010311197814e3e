/**
 * Rank tests of whether two sets of rounds differ. They assume no distribution of the noise, and an outlier counts as
 * one round. They are two-sided, and exact where that is feasible.
 */
import { permutationTest } from "simple-statistics";
import seedrandom from "seedrandom";
import { at } from "../vocabulary/index.js";

/** Up to this number of values in both sets, all ways to divide the ranks are counted. */
const MOST_COUNTED = 60;
const PERMUTATIONS = 10_000;

/**
 * Wilcoxon's signed-rank test of differences around 0: the probability of ranks as asymmetric as these, or more, when
 * both signs are equally likely. It is exact: all signs of all ranks are counted. Differences of 0 are ignored. The
 * result is 1 without other differences.
 */
export function signedRankTest(differences: readonly number[]): number {
  const nonZero = differences.filter((difference) => difference !== 0);
  // The ranks of ties are multiples of one half, so twice the ranks are whole numbers.
  const ranks = ranksOf(nonZero.map(Math.abs)).map((rank) => Math.round(2 * rank));
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const positive = ranks.reduce((sum, rank, index) => (at(nonZero, index) > 0 ? sum + rank : sum), 0);
  const lesser = Math.min(positive, total - positive);
  const chances = sumChances(ranks, total);
  const tail = chances.subarray(0, lesser + 1).reduce((sum, chance) => sum + chance, 0);
  return Math.min(1, 2 * tail);
}

/**
 * The rank-sum test (Mann, Whitney) of two independent sets: the probability of a sum of ranks as far from its mean, or
 * farther, when every way to divide the ranks is equally likely. It is exact for small sets; for others it is estimated
 * with random permutations, of which the observed one is one (Phipson and Smyth, "Permutation p-values should never be
 * zero", 2010).
 */
export function rankSumTest(first: readonly number[], second: readonly number[]): number {
  const ranks = ranksOf([...first, ...second]);
  if (ranks.length <= MOST_COUNTED) return countedRankSum(ranks, first.length);
  const [ofFirst, ofSecond] = [ranks.slice(0, first.length), ranks.slice(first.length)];
  const share = permutationTest(ofFirst, ofSecond, "two_side", PERMUTATIONS, seedrandom("rank-sum"));
  return (share * PERMUTATIONS + 1) / (PERMUTATIONS + 1);
}

/** The p-value of the rank-sum test for the first `size` of all ranks. */
function countedRankSum(ranks: readonly number[], size: number): number {
  const doubled = ranks.map((rank) => Math.round(2 * rank));
  const total = doubled.reduce((sum, rank) => sum + rank, 0);
  const observed = doubled.slice(0, size).reduce((sum, rank) => sum + rank, 0);
  const ways = waysToChoose(doubled, size, total);
  // Compared without fractions: the mean of the sums is total * size / ranks.length.
  const distance = (sum: number): number => Math.abs(sum * ranks.length - total * size);
  let [all, asFar] = [0, 0];
  ways.forEach((count, sum) => {
    all += count;
    if (distance(sum) >= distance(observed)) asFar += count;
  });
  return asFar / all;
}

/** For each sum from 0 to `total`, in how many ways it is the sum of `size` of the ranks. */
function waysToChoose(ranks: readonly number[], size: number, total: number): Float64Array {
  const chosen = Array.from({ length: size + 1 }, () => new Float64Array(total + 1));
  at(chosen, 0)[0] = 1;
  for (const rank of ranks) {
    for (let count = size; count > 0; count--) {
      const [ways, without] = [at(chosen, count), at(chosen, count - 1)];
      for (let sum = total; sum >= rank; sum--) ways[sum] = at(ways, sum) + at(without, sum - rank);
    }
  }
  return at(chosen, size);
}

/** The least p-value that the rank-sum test can have for sets of these sizes: of values of which all differ. */
export function leastRankSumP(first: number, second: number): number {
  let ways = 1;
  for (let n = 1; n <= second; n++) ways *= (first + n) / n;
  return Math.min(1, 2 / ways);
}

/** The least p-value that the signed-rank test can have for so many differences. */
export function leastSignedRankP(differences: number): number {
  return Math.min(1, 2 ** (1 - differences));
}

/** For each sum from 0 to `total`, the probability that it is the sum of the ranks with a positive sign. */
function sumChances(ranks: readonly number[], total: number): Float64Array {
  const chances = new Float64Array(total + 1);
  chances[0] = 1;
  let most = 0;
  for (const rank of ranks) {
    most += rank;
    for (let sum = most; sum >= 0; sum--) {
      const without = at(chances, sum);
      const withIt = sum >= rank ? at(chances, sum - rank) : 0;
      chances[sum] = (without + withIt) / 2;
    }
  }
  return chances;
}

/** The rank of each value, from 1. Equal values have the mean of their ranks. */
function ranksOf(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal + 1) / 2;
  });
}

/**
 * Holm's correction: increases the p-values of several tests, so that the probability of rejecting any true null
 * hypothesis is at most the significance level.
 */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  const adjusted = ps.map(() => 1);
  let greatest = 0;
  order.forEach(({ p, index }, rank) => {
    greatest = Math.max(greatest, Math.min(1, p * (ps.length - rank)));
    adjusted[index] = greatest;
  });
  return adjusted;
}
