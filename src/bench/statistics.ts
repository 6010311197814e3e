/**
 * Statistics for noisy machines: percentiles, intervals of a median by the order of its samples (Thompson, "On
 * confidence ranges for the median", Annals of Mathematical Statistics 7, 1936), and bootstrap confidence intervals,
 * bias-corrected and accelerated (Efron, "Better bootstrap confidence intervals", JASA 82, 1987). Quantiles and the
 * normal distribution come from simple-statistics.
 */
import { errorFunction, mean, median as medianOf, probit, quantile, quantileSorted } from "simple-statistics";
import seedrandom from "seedrandom";
import { at } from "../vocabulary/index.js";

/** The share of intervals that contain the true value. */
export const CONFIDENCE = 0.95;
/** With this number, the ends of a 95 % interval vary by about a tenth of its width from seed to seed. */
const RESAMPLES = 1000;

/** With fewer samples, bootstrap intervals contain the true value much less often than they should. */
export const FEWEST = 5;
/** Above this number of samples the normal distribution gives the same interval of a median. */
const MANY = 1000;

export interface ConfidenceInterval {
  readonly low: number;
  readonly high: number;
}

/** The median. @throws Error when there are no samples */
export function median(samples: readonly number[]): number {
  return medianOf([...samples]);
}

/** The value that a share `p` (0 to 1) of the samples do not exceed. @throws Error when there are no samples */
export function percentileOf(samples: ArrayLike<number>, p: number): number {
  return quantile(Array.from(samples), p);
}

/**
 * The 95 % interval of the median of the distribution from which the samples were drawn: from one of the sorted samples
 * to another one, of which it is known how often the median lies between them, whatever the distribution is. It is
 * unbounded for fewer than six samples: also between the least and the greatest of them it lies too rarely.
 */
export function medianInterval(samples: readonly number[]): ConfidenceInterval {
  const sorted = Float64Array.from(samples).sort();
  const below = belowInterval(sorted.length);
  if (below === undefined) return { low: -Infinity, high: Infinity };
  return { low: at(sorted, below), high: at(sorted, sorted.length - 1 - below) };
}

/** How many of `n` samples are below the interval of their median, and as many above; undefined for too few samples. */
function belowInterval(n: number): number | undefined {
  if (n > MANY) return Math.floor((n - 1 - probit((1 + CONFIDENCE) / 2) * Math.sqrt(n)) / 2);
  // The probability that exactly `count` of the samples are below the median, and that at most so many are.
  let [chance, atMost] = [2 ** -n, 2 ** -n];
  let count = 0;
  for (; 2 * atMost <= 1 - CONFIDENCE; count++) {
    chance *= (n - count) / (count + 1);
    atMost += chance;
  }
  return count === 0 ? undefined : count - 1;
}

/** A statistic of one or several sets of samples. It does not depend on the order of the samples. */
export type Statistic = (...sets: (readonly number[])[]) => number;

/**
 * The 95 % interval of `statistic` for the distributions from which the sets were drawn. It is unbounded when a set has
 * fewer than five samples, which do not show its spread. The same samples give the same interval.
 */
export function bootstrap(statistic: Statistic, ...sets: (readonly number[])[]): ConfidenceInterval {
  if (sets.some((samples) => samples.length < FEWEST)) return { low: -Infinity, high: Infinity };
  const random = seedrandom("bootstrap");
  const redraw = (samples: readonly number[]): number[] =>
    samples.map(() => at(samples, Math.floor(random() * samples.length)));
  const resampled = Array.from(Float64Array.from({ length: RESAMPLES }, () => statistic(...sets.map(redraw))).sort());
  const bias = probit(shareBelow(resampled, statistic(...sets)));
  const acceleration = accelerationOf(statistic, sets);
  const end = (tail: number): number => {
    const z = bias + probit(tail);
    return quantileSorted(resampled, normalShare(bias + z / (1 - acceleration * z)));
  };
  return { low: end((1 - CONFIDENCE) / 2), high: end((1 + CONFIDENCE) / 2) };
}

/** The share of `sorted` below `value`; equal ones count half. It is limited, as 0 and 1 have no quantile. */
function shareBelow(sorted: readonly number[], value: number): number {
  const below = sorted.filter((each) => each < value).length;
  const equal = sorted.filter((each) => each === value).length;
  const least = 1 / (2 * sorted.length);
  return Math.min(1 - least, Math.max(least, (below + equal / 2) / sorted.length));
}

/** How fast the spread of the statistic grows with its value: the jackknife estimate (Efron, section 6). */
function accelerationOf(statistic: Statistic, sets: readonly (readonly number[])[]): number {
  const without = sets.flatMap((samples, set) =>
    samples.map((_, omitted) =>
      statistic(
        ...sets.with(
          set,
          samples.filter((__, index) => index !== omitted),
        ),
      ),
    ),
  );
  const center = mean(without);
  const squares = without.reduce((sum, value) => sum + (center - value) ** 2, 0);
  const cubes = without.reduce((sum, value) => sum + (center - value) ** 3, 0);
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}

/** The share of a standard normal distribution below `z`. */
function normalShare(z: number): number {
  return (1 + errorFunction(z / Math.SQRT2)) / 2;
}
