/**
 * Statistics for noisy machines: percentiles, and bootstrap confidence intervals, bias-corrected and accelerated (Efron,
 * "Better bootstrap confidence intervals", JASA 82, 1987). Quantiles and the normal distribution come from simple-statistics.
 */
import { errorFunction, median as medianOf, probit, quantileSorted } from "simple-statistics";
import seedrandom from "seedrandom";

/** The share of intervals that hold the true value. */
export const CONFIDENCE = 0.95;
/** With this many the ends of a 95 % interval move by about a tenth of its width from seed to seed. */
const RESAMPLES = 1000;

/** Resampling fewer than these gives intervals that hold the true value much less often than they say. */
const FEWEST = 5;

export interface ConfidenceInterval {
  readonly low: number;
  readonly high: number;
}

/** The middle value. Throws an Error when there are no samples. */
export function median(samples: readonly number[]): number {
  return medianOf([...samples]);
}

/** The value that a share `p` (0 to 1) of the samples do not exceed. Throws an Error when there are no samples. */
export function percentileOf(samples: ArrayLike<number>, p: number): number {
  return quantileSorted(Array.from(Float64Array.from(samples).sort()), p);
}

/** Something computed of one set of samples or several, whatever the order within each. */
export type Statistic = (...sets: (readonly number[])[]) => number;

/**
 * The 95 % interval of `statistic` for what the sets were drawn from, each by itself. A set of fewer than five samples says
 * too little of its spread: the interval is then unbounded. The same samples give the same interval.
 */
export function bootstrap(statistic: Statistic, ...sets: (readonly number[])[]): ConfidenceInterval {
  if (sets.some((samples) => samples.length < FEWEST)) return { low: -Infinity, high: Infinity };
  const random = seedrandom("bootstrap");
  const redraw = (samples: readonly number[]): number[] =>
    samples.map(() => samples[Math.floor(random() * samples.length)] ?? 0);
  const resampled = Array.from(Float64Array.from({ length: RESAMPLES }, () => statistic(...sets.map(redraw))).sort());
  const bias = probit(shareBelow(resampled, statistic(...sets)));
  const acceleration = accelerationOf(statistic, sets);
  const end = (tail: number): number => {
    const z = bias + probit(tail);
    return quantileSorted(resampled, normalShare(bias + z / (1 - acceleration * z)));
  };
  return { low: end((1 - CONFIDENCE) / 2), high: end((1 + CONFIDENCE) / 2) };
}

/** The share of `sorted` below `value`, half of those equal to it included; kept away from 0 and 1, where it has no quantile. */
function shareBelow(sorted: readonly number[], value: number): number {
  const below = sorted.filter((each) => each < value).length;
  const equal = sorted.filter((each) => each === value).length;
  const least = 1 / (2 * sorted.length);
  return Math.min(1 - least, Math.max(least, (below + equal / 2) / sorted.length));
}

/** How fast the spread of the statistic grows with its value, by leaving out each sample in turn (Efron, section 6). */
function accelerationOf(statistic: Statistic, sets: readonly (readonly number[])[]): number {
  const without = sets.flatMap((samples, set) =>
    samples.map((_, left) =>
      statistic(...sets.map((other, at) => (at === set ? other.filter((__, place) => place !== left) : other))),
    ),
  );
  const mean = without.reduce((sum, value) => sum + value, 0) / without.length;
  const squares = without.reduce((sum, value) => sum + (mean - value) ** 2, 0);
  const cubes = without.reduce((sum, value) => sum + (mean - value) ** 3, 0);
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}

/** The share of a standard normal distribution below `z`. */
function normalShare(z: number): number {
  return (1 + errorFunction(z / Math.SQRT2)) / 2;
}
