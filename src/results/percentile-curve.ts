/** A distribution as the curve of its percentiles. */
import type { Distribution } from "../load/measure/index.js";
import { at } from "../vocabulary/index.js";
import { NAMED_PERCENTILES, type PercentileCurve } from "./data.js";

/** Points of the percentile curve each time the distance to 100 % halves: the default of HdrHistogram. */
const TICKS_PER_HALF = 5;

/** Six significant digits: more than a chart shows, and enough for 1 ms in a run of several minutes. */
export function round(value: number): number {
  return Number(value.toPrecision(6));
}

/** Without samples it has no points. */
export function percentileCurve(name: string, distribution: Distribution): PercentileCurve {
  if (distribution.count === 0) return { name, percent: [], ms: [] };
  const percent: number[] = [];
  // Beyond half of 1 in `count`, every percentile is the greatest sample.
  for (let left = 1; left > 0.5 / distribution.count; left /= 2) {
    for (let tick = 0; tick < TICKS_PER_HALF; tick++)
      percent.push(100 * (1 - left * (1 - tick / (2 * TICKS_PER_HALF))));
  }
  const last = at(percent, percent.length - 1);
  // The table then has the same percentiles as the summary, not values close to them.
  const all = new Set([...percent, ...NAMED_PERCENTILES.filter((p) => p <= last)].map((p) => Number(p.toFixed(6))));
  const inOrder = [...all].sort((a, b) => a - b);
  return { name, percent: inOrder, ms: inOrder.map((p) => round(distribution.percentile(p))) };
}
