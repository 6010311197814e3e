/**
 * Whether two sets of rounds differ, by rank tests: they need nothing of the shape of the noise, and one round in which the
 * machine was busy elsewhere counts as one round. Two-sided; exact where that is feasible.
 */
import { permutationTest } from "simple-statistics";
import seedrandom from "seedrandom";

const PERMUTATIONS = 10_000;

/**
 * Wilcoxon's signed-rank test of differences that should lie around 0: the chance of ranks as lopsided as these, or more, if
 * each difference could as well have had the other sign. Exact: all signs of all ranks are counted. Differences of 0 are left
 * out; 1 when no others are left.
 */
export function signedRankTest(differences: readonly number[]): number {
  const nonZero = differences.filter((difference) => difference !== 0);
  // Ties have ranks in halves: twice the ranks are whole numbers.
  const ranks = ranksOf(nonZero.map(Math.abs)).map((rank) => Math.round(2 * rank));
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const positive = ranks.reduce((sum, rank, at) => ((nonZero[at] ?? 0) > 0 ? sum + rank : sum), 0);
  const lesser = Math.min(positive, total - positive);
  const chances = sumChances(ranks, total);
  const tail = chances.subarray(0, lesser + 1).reduce((sum, chance) => sum + chance, 0);
  return Math.min(1, 2 * tail);
}

/** The rank-sum test (Mann, Whitney) of two independent sets, by random permutations of the ranks. */
export function rankSumTest(first: readonly number[], second: readonly number[]): number {
  const ranks = ranksOf([...first, ...second]);
  const random = seedrandom("rank-sum");
  return permutationTest(ranks.slice(0, first.length), ranks.slice(first.length), "two_side", PERMUTATIONS, random);
}

/** Of each subset sum from 0 to `total` the chance that it is the sum of those ranks that get a plus. */
function sumChances(ranks: readonly number[], total: number): Float64Array {
  const chances = new Float64Array(total + 1);
  chances[0] = 1;
  let most = 0;
  for (const rank of ranks) {
    most += rank;
    for (let sum = most; sum >= 0; sum--) {
      const without = chances[sum] ?? 0;
      const withIt = sum >= rank ? (chances[sum - rank] ?? 0) : 0;
      chances[sum] = (without + withIt) / 2;
    }
  }
  return chances;
}

/** The rank of each value among all, from 1; equal values share the mean of their ranks. */
function ranksOf(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal + 1) / 2;
  });
}

/**
 * Holm's correction: the p-values of several tests, raised so that the chance of calling any true null hypothesis false stays
 * below the level that one is compared with.
 */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((p, at) => ({ p, at })).sort((a, b) => a.p - b.p);
  const adjusted = ps.map(() => 1);
  let greatest = 0;
  order.forEach(({ p, at }, rank) => {
    greatest = Math.max(greatest, Math.min(1, p * (ps.length - rank)));
    adjusted[at] = greatest;
  });
  return adjusted;
}
