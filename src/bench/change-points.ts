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
  const sums = distanceSums(part);
  const size = part.length + 1;
  /** The sum of the distances between the places from `a` to `b` and those from `c` to `d`. */
  const between = (a: number, b: number, c: number, d: number): number =>
    (sums[b * size + d] ?? 0) - (sums[a * size + d] ?? 0) - (sums[b * size + c] ?? 0) + (sums[a * size + c] ?? 0);
  let best = NO_CUT;
  for (let place = LEAST_PART; place <= part.length - LEAST_PART; place++) {
    // Each pair is in the sum of a part twice.
    const within = between(0, place, 0, place) / (place * (place - 1));
    for (let end = place + LEAST_PART; end <= part.length; end++) {
      const length = end - place;
      const across = (2 * between(0, place, place, end)) / (place * length);
      const beyond = between(place, end, place, end) / (length * (length - 1));
      const distance = ((place * length) / (place + length)) * (across - within - beyond);
      if (distance > best.distance) best = { place, distance };
    }
  }
  return best;
}

/** At (i, j), the sum of the distances between the first i and the first j values. */
function distanceSums(part: readonly number[]): Float64Array {
  const size = part.length + 1;
  const sums = new Float64Array(size * size);
  for (let i = 1; i < size; i++) {
    let row = 0;
    for (let j = 1; j < size; j++) {
      row += Math.abs((part[i - 1] ?? 0) - (part[j - 1] ?? 0));
      sums[i * size + j] = row + (sums[(i - 1) * size + j] ?? 0);
    }
  }
  return sums;
}

function shuffled(part: readonly number[], random: () => number): number[] {
  const order = [...part];
  shuffle(order, random);
  return order;
}
