/** A distribution of times in a summary. */
import { z } from "zod";
import type { Distribution } from "../load/measure/index.js";

/** A distribution of times, ms. */
export const trendSchema = z.object({
  count: z.int().nonnegative(),
  min: z.number().nullable(),
  mean: z.number().nullable(),
  p50: z.number().nullable(),
  p90: z.number().nullable(),
  /** Absent in summaries of older versions. */
  p95: z.number().nullable().optional(),
  p99: z.number().nullable(),
  /** p99.9 */
  p999: z.number().nullable(),
  max: z.number().nullable(),
});
export type TrendSummary = z.infer<typeof trendSchema>;

export function summariseTrend(distribution: Distribution): TrendSummary {
  const { count, minMs, meanMs, maxMs } = distribution;
  if (count === 0)
    return { count, min: null, mean: null, p50: null, p90: null, p95: null, p99: null, p999: null, max: null };
  return {
    count,
    min: minMs,
    mean: meanMs,
    p50: distribution.percentile(50),
    p90: distribution.percentile(90),
    p95: distribution.percentile(95),
    p99: distribution.percentile(99),
    p999: distribution.percentile(99.9),
    max: maxMs,
  };
}
