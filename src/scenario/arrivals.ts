/**
 * When workers arrive. The rate of arrivals is a line through the stages; the area under it up to a time is the number
 * of arrivals expected by then.
 */

/** How the rate of arrivals moves: from `startRate`, evenly to each stage's `target` (a second) over its `duration` (ms). */
export interface Arrivals {
  readonly startRate: number;
  readonly stages: readonly { readonly duration: number; readonly target: number }[];
}

/** The area under the rate over all stages: how many workers are expected to arrive. Not rounded. */
export function expectedArrivals({ startRate, stages }: Arrivals): number {
  let rate = startRate;
  let area = 0;
  for (const { duration, target } of stages) {
    area += ((rate + target) / 2) * (duration / 1000);
    rate = target;
  }
  return area;
}
