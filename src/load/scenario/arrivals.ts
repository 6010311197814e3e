/**
 * When workers arrive. The rate of arrivals is linear in each stage; the area under it up to a time is the expected
 * number of arrivals until then.
 */

/**
 * The rate of arrivals: it starts at `startRate` and changes linearly to each stage's `target` (per second) in its
 * `duration` (ms).
 */
export interface RateArrivals {
  readonly startRate: number;
  readonly stages: readonly { readonly duration: number; readonly target: number }[];
}

/** The area under the rate over all stages: how many workers are expected to arrive. Not rounded. */
export function expectedArrivals({ startRate, stages }: RateArrivals): number {
  let rate = startRate;
  let area = 0;
  for (const { duration, target } of stages) {
    area += ((rate + target) / 2) * (duration / 1000);
    rate = target;
  }
  return area;
}

/**
 * The function from a share of all arrivals (0 <= share < 1) to the time at which that share has arrived, ms.
 *
 * With a uniform random share for each worker the times are a Poisson process of this rate, conditional on the number
 * of workers: exactly that many arrive, and a worker's time depends on its own draw alone.
 */
export function arrivalTimes({ startRate, stages }: RateArrivals): (share: number) => number {
  const total = expectedArrivals({ startRate, stages });
  return (share) => {
    let left = share * total;
    let rate = startRate;
    let start = 0;
    for (const { duration, target } of stages) {
      const seconds = duration / 1000;
      const area = ((rate + target) / 2) * seconds;
      if (left < area) return start + 1000 * timeWithin(left, rate, (target - rate) / seconds);
      left -= area;
      rate = target;
      start += duration;
    }
    // Only by rounding: the share is so close to 1 that the sum of the stages' areas does not exceed it.
    return start;
  };
}

/** Solves `rate * t + slope * t² / 2 = area` for the smaller t >= 0, seconds, in the form without cancellation. */
function timeWithin(area: number, rate: number, slope: number): number {
  if (area === 0) return 0;
  return (2 * area) / (rate + Math.sqrt(Math.max(rate * rate + 2 * slope * area, 0)));
}
