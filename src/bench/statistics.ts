/**
 * Statistics for noisy machines: percentiles, and bootstrap confidence intervals, bias-corrected and accelerated (Efron,
 * "Better bootstrap confidence intervals", JASA 82, 1987). Quantiles and the normal distribution come from simple-statistics.
 */
import { errorFunction, median, probit, quantileSorted } from "simple-statistics";
import seedrandom from "seedrandom";

export { median };

/** The share of intervals that hold the true value, unless a caller asks for another. */
export const CONFIDENCE = 0.95;
/** With this many the ends of an interval move by less than a tenth of its width from seed to seed. */
const RESAMPLES = 2000;

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The value that a share `p` (0 to 1) of the samples do not exceed. Throws an Error when there are no samples. */
export function percentileOf(samples: ArrayLike<number>, p: number): number {
  return quantileSorted(Array.from(Float64Array.from(samples).sort()), p);
}

/** Something computed of samples, whatever their order. */
export type Statistic = (samples: readonly number[]) => number;

export interface BootstrapOptions {
  /** Share of such intervals that hold the true value, 0 to 1. */
  readonly confidence?: number;
  /** The same seed and samples give the same interval. */
  readonly seed?: string;
}

/**
 * The interval in which `statistic` of what the samples were drawn from lies. From fewer than two samples nothing is known of
 * their spread: the interval is then unbounded.
 */
export function bootstrap(samples: readonly number[], statistic: Statistic, options: BootstrapOptions = {}): Interval {
  const { confidence = CONFIDENCE, seed = "crowdstorm" } = options;
  if (samples.length < 2) return { low: -Infinity, high: Infinity };
  const random = seedrandom(seed);
  const draw = (): number => samples[Math.floor(random() * samples.length)] ?? 0;
  const resampled = Array.from(Float64Array.from({ length: RESAMPLES }, () => statistic(samples.map(draw))).sort());
  const bias = probit(shareBelow(resampled, statistic(samples)));
  const acceleration = accelerationOf(samples, statistic);
  const end = (tail: number): number => {
    const z = bias + probit(tail);
    return quantileSorted(resampled, normalShare(bias + z / (1 - acceleration * z)));
  };
  return { low: end((1 - confidence) / 2), high: end((1 + confidence) / 2) };
}

/** The share of `sorted` below `value`, half of those equal to it included; kept away from 0 and 1, where it has no quantile. */
function shareBelow(sorted: readonly number[], value: number): number {
  const below = sorted.filter((each) => each < value).length;
  const equal = sorted.filter((each) => each === value).length;
  const least = 1 / (2 * sorted.length);
  return Math.min(1 - least, Math.max(least, (below + equal / 2) / sorted.length));
}

/** How fast the spread of the statistic grows with its value, by leaving out each sample in turn (Efron, section 6). */
function accelerationOf(samples: readonly number[], statistic: Statistic): number {
  const without = samples.map((_, left) => statistic(samples.filter((__, at) => at !== left)));
  const mean = without.reduce((sum, value) => sum + value, 0) / without.length;
  const squares = without.reduce((sum, value) => sum + (mean - value) ** 2, 0);
  const cubes = without.reduce((sum, value) => sum + (mean - value) ** 3, 0);
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}

/** The share of a standard normal distribution below `z`. */
function normalShare(z: number): number {
  return (1 + errorFunction(z / Math.SQRT2)) / 2;
}
