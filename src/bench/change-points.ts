/**
 * Where the level of a series of figures changes: the E-divisive method (Matteson and James, "A nonparametric approach
 * for multiple change point analysis of multivariate data", JASA 109, 2014), as MongoDB uses it on the performance of
 * builds (Daly et al., ICPE 2020). No package of the npm registry has it.
 *
 * The series is cut where the energy distance between both sides is greatest, and each part is searched again. A cut
 * counts when so great a distance is rare among random orders of the parts: no distribution of the noise is assumed.
 */
import seedrandom from "seedrandom";
import { at, shuffle } from "../vocabulary/index.js";

/** A cut is made when the probability of so great a distance in a random order is at most this. */
export const SIGNIFICANCE = 0.01;
/** The least length of a part: one or two odd figures are no new level. */
export const LEAST_PART = 3;
const PERMUTATIONS = 999;
/** As many random orders with a distance as great refute a change. */
const REFUTED_BY = Math.floor(SIGNIFICANCE * (PERMUTATIONS + 1));

export interface ChangePoint {
  /** The first place of the new level. */
  readonly place: number;
  /** The probability of so great a distance without a change. */
  readonly p: number;
}

/**
 * The changes of the level, ascending. The same series gives the same changes. Times are compared as ratios: the
 * logarithm is taken of series without values that are 0 or less.
 */
export function changePoints(values: readonly number[]): ChangePoint[] {
  const series = values.every((value) => value > 0) ? values.map(Math.log) : values;
  const random = seedrandom("change-points");
  const found: ChangePoint[] = [];
  let parts: (readonly number[])[] = [series];
  for (;;) {
    const cuts = parts.map(bestCut);
    const best = cuts.reduce<number>((most, cut, index) => (cut.distance > distanceAt(cuts, most) ? index : most), 0);
    const { place, distance } = cuts[best] ?? NO_CUT;
    const p = place === 0 ? 1 : chanceOf(distance, parts, random);
    if (p > SIGNIFICANCE) return found.sort((a, b) => a.place - b.place);
    const part = at(parts, best);
    const before = parts.slice(0, best).reduce((sum, { length }) => sum + length, 0);
    found.push({ place: before + place, p });
    parts = [...parts.slice(0, best), part.slice(0, place), part.slice(place), ...parts.slice(best + 1)];
  }
}

interface Cut {
  /** The first place after the cut; 0 for a part that is too short to be cut. */
  readonly place: number;
  readonly distance: number;
}

const NO_CUT: Cut = { place: 0, distance: 0 };

function distanceAt(cuts: readonly Cut[], index: number): number {
  return (cuts[index] ?? NO_CUT).distance;
}

/** The share of random orders within the parts that have a cut of at least this distance. */
function chanceOf(distance: number, parts: readonly (readonly number[])[], random: () => number): number {
  let asGreat = 1;
  for (let n = 0; n < PERMUTATIONS && asGreat <= REFUTED_BY; n++) {
    const greatest = Math.max(...parts.map((part) => bestCut(shuffled(part, random)).distance));
    // Equal distances differ by the order in which they were added up.
    if (greatest >= distance * (1 - 1e-9)) asGreat++;
  }
  return asGreat / (PERMUTATIONS + 1);
}

/**
 * The cut with the greatest distance between what is before it and what follows, up to some later place: a level that
 * lasts for a while only would be hidden by what comes after it.
 */
function bestCut(part: readonly number[]): Cut {
  const { length } = part;
  const own = ownDistances(part);
  /** At `end`, the sum of the distances between the values before `place` and the values before `end`. */
  const sums = new Float64Array(length + 1);
  let best = NO_CUT;
  for (let place = 1; place <= length - LEAST_PART; place++) {
    addDistances(sums, part, part[place - 1] ?? 0);
    if (place < LEAST_PART) continue;
    const before = own[place] ?? 0;
    const within = before / (place * (place - 1));
    for (let end = place + LEAST_PART; end <= length; end++) {
      const sum = sums[end] ?? 0;
      const after = end - place;
      const across = (2 * (sum - before)) / (place * after);
      const beyond = ((own[end] ?? 0) - 2 * sum + before) / (after * (after - 1));
      const distance = ((place * after) / end) * (across - within - beyond);
      if (distance > best.distance) best = { place, distance };
    }
  }
  return best;
}

/** At `end`, the sum of the distances among the values before `end`, each pair twice. */
function ownDistances(part: readonly number[]): Float64Array {
  const sums = new Float64Array(part.length + 1);
  for (let end = 1; end <= part.length; end++) {
    const value = part[end - 1] ?? 0;
    let sum = 0;
    for (let other = 0; other < end; other++) sum += Math.abs(value - (part[other] ?? 0));
    sums[end] = (sums[end - 1] ?? 0) + 2 * sum;
  }
  return sums;
}

/** Adds to each of `sums` the distances between `value` and the values before its place. */
function addDistances(sums: Float64Array, part: readonly number[], value: number): void {
  let sum = 0;
  for (let end = 1; end < sums.length; end++) {
    sum += Math.abs(value - (part[end - 1] ?? 0));
    sums[end] = (sums[end] ?? 0) + sum;
  }
}

function shuffled(part: readonly number[], random: () => number): number[] {
  const order = [...part];
  shuffle(order, random);
  return order;
}
