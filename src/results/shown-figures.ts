/** The figures of a summary that outputs show: labelled latencies, stages of the path, counters, agents by status. */
import { COUNTER_NAMES, STAGES, TREND_NAMES, type CounterName, type TrendName } from "../load/measure/index.js";
import { LATENCY_LABELS } from "./labels.js";
import type { Summary } from "./summary-schema.js";
import type { TrendSummary } from "./trend-summary.js";

type Trends = Pick<Summary, "trends">;

/** A labelled latency of two runs. */
export interface LatencyPair {
  readonly name: TrendName;
  readonly label: string;
  readonly before: TrendSummary;
  readonly after: TrendSummary;
}

/** The labelled latencies that both runs have, and that have samples in one of them. */
export function latencyPairs(a: Trends, b: Trends): LatencyPair[] {
  return TREND_NAMES.flatMap((name) => {
    const [label, before, after] = [LATENCY_LABELS[name], a.trends[name], b.trends[name]];
    if (label === undefined || before === undefined || after === undefined) return [];
    return before.count + after.count === 0 ? [] : [{ name, label, before, after }];
  });
}

/** The labelled latencies that have samples. */
export function latenciesOf(summary: Trends): { name: TrendName; label: string; trend: TrendSummary }[] {
  return latencyPairs(summary, summary).map(({ name, label, before }) => ({ name, label, trend: before }));
}

/** A stage of the path of a live update. */
export interface MeasuredStage {
  readonly name: (typeof STAGES)[number];
  readonly label: string;
  readonly trend: TrendSummary;
  readonly mean: number;
  /** Whether its mean is the greatest of several stages. */
  readonly isSlowest: boolean;
}

/** The name of a stage without what marks its trend as one of a stage. */
export function stageLabel(trend: TrendName): string {
  return trend.replace(/^stage_/, "");
}

/** The stages that have samples, and the sum of their means. */
export function stagesOf({ trends }: Trends): { readonly stages: readonly MeasuredStage[]; readonly totalMs: number } {
  const measured = STAGES.flatMap((name) => {
    const trend = trends[name];
    const mean = trend?.mean ?? null;
    return trend === undefined || mean === null ? [] : [{ name, label: stageLabel(name), trend, mean }];
  });
  const greatest = Math.max(...measured.map(({ mean }) => mean));
  return {
    stages: measured.map((stage) => ({ ...stage, isSlowest: stage.mean === greatest && measured.length > 1 })),
    totalMs: measured.reduce((sum, { mean }) => sum + mean, 0),
  };
}

/** The counters that are not 0. A summary of an older version can have fewer counters. */
export function countersOf({ counters }: Pick<Summary, "counters">): { name: CounterName; count: number }[] {
  return COUNTER_NAMES.map((name) => ({ name, count: counters[name] ?? 0 })).filter(({ count }) => count !== 0);
}

/** The statuses of `counts`, the most frequent first, and their total. */
export function byFrequency(counts: Readonly<Record<string, number>>): {
  readonly rows: readonly (readonly [status: string, count: number])[];
  readonly total: number;
} {
  const rows = Object.entries(counts).sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return { rows, total: rows.reduce((sum, [, n]) => sum + n, 0) };
}
