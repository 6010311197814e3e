/**
 * Named streams of random numbers. A stream depends only on its seed and its names, so a worker's plan does not depend
 * on the number of workers, on the thread that derives it, or on draws for another purpose.
 *
 * The generator is seedrandom's Alea. A plan opens several streams for each worker and draws a few dozen numbers from
 * each, so the cost of seeding matters as much as the cost of a draw. Measured on Node 20, Alea takes 1.6 µs to seed
 * and 7 ns for a draw; seedrandom's default takes 6 µs and 43 ns. xor128 seeds faster, but its streams of similar names
 * are correlated. Those of Alea are not (test/unit/load/scenario/random.test.ts), and its arithmetic is exact, so it is
 * the same on every machine.
 */
import seedrandom from "seedrandom";
import type { DistributionSpec } from "./distribution-spec.js";
import { exp, ln } from "./exact-math.js";
import { MAX_MS, MAX_COUNT } from "./scenario-limits.js";

/** Draws the next number of a stream: 0 <= u < 1, a multiple of 2^-32. */
export type Random = () => number;

/** The stream of these names and this seed. Different lists of names give different streams. */
export function stream(seed: number, ...names: readonly (string | number)[]): Random {
  return seedrandom.alea(JSON.stringify([seed, ...names]));
}

/** The 95th percentile of the standard normal distribution. */
const Z95 = 1.6448536269514722;

/** A draw from the standard normal distribution, by Marsaglia's polar method: it needs no sine or cosine. */
function standardNormal(random: Random): number {
  for (;;) {
    const x = 2 * random() - 1;
    const y = 2 * random() - 1;
    const square = x * x + y * y;
    if (square > 0 && square < 1) return x * Math.sqrt((-2 * ln(square)) / square);
  }
}

function unbounded(distribution: Exclude<DistributionSpec, { kind: "constant" | "uniform" }>, random: Random): number {
  switch (distribution.kind) {
    case "exponential":
      return -distribution.mean * ln(1 - random());
    case "normal":
      return distribution.mean + distribution.sd * standardNormal(random);
    case "lognormal":
      return distribution.median * exp((ln(distribution.p95 / distribution.median) / Z95) * standardNormal(random));
  }
}

/** Draws a number of 0 or more. */
export function sample(distribution: DistributionSpec, random: Random): number {
  if (distribution.kind === "constant") return distribution.value;
  if (distribution.kind === "uniform") return distribution.min + (distribution.max - distribution.min) * random();
  const value = unbounded(distribution, random);
  return Math.min(Math.max(value, 0), distribution.max ?? MAX_MS);
}

/**
 * Draws a whole number of 0 or more; a uniform distribution gives each whole number in it, both ends included, equally
 * often.
 */
export function sampleCount(distribution: DistributionSpec, random: Random): number {
  if (distribution.kind !== "uniform") return Math.min(Math.round(sample(distribution, random)), MAX_COUNT);
  return distribution.min + Math.floor((distribution.max - distribution.min + 1) * random());
}
