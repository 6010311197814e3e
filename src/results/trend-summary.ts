/** A distribution of times in a summary. */
import { z } from "zod";
import type { Distribution } from "../load/measure/index.js";
import { count } from "./schema-fields.js";

const ms = z.number().nullable();

/** A distribution of times, ms. */
export const trendSchema = z.object({
  count: count.describe("The number of samples. Without samples, the other fields are null."),
  min: ms.describe("Minimum, ms."),
  mean: ms.describe("Arithmetic mean, ms."),
  p50: ms.describe("Median, ms."),
  p90: ms.describe("90th percentile, ms."),
  p95: ms.optional().describe("95th percentile, ms. Absent in summaries of older versions."),
  p99: ms.describe("99th percentile, ms."),
  p999: ms.describe("99.9th percentile, ms."),
  max: ms.describe("Maximum, ms."),
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
