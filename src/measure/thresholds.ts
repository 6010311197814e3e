/**
 * Thresholds in the style of k6: `live_update_latency: ["p(99)<5", "max<200ms"]`.
 *
 * An expression is an aggregation, an operator and a number. As in k6, a trend has avg, min, med, max and p(N), a counter has
 * count and rate (per second), a rate has rate, a gauge has value. A number may carry a unit: us, ms (the default), s, m or h
 * for a trend, % for a rate.
 *
 * Unlike k6, where an empty sink reads as 0 (and `p(99)<5` passes when nothing was measured), a threshold on a trend, rate
 * or gauge without samples fails with "no samples": a check that passes because nothing happened checks nothing. A counter
 * that was never raised is 0, since `count==0` is a statement about just that.
 */
import { closest } from "fastest-levenshtein";
import { parseDuration, TIME_UNITS, toMs } from "../vocabulary/index.js";
import type { Measurements } from "./measurements.js";
import { METRICS, isMetric, type MetricName, type MetricType } from "./metrics.js";

/** A threshold that cannot be understood. The message is one line: what is wrong, and what would be right. */
export class ThresholdError extends Error {
  override readonly name = "ThresholdError";
}

/** A threshold as it stands in a scenario. */
export type ThresholdSpec =
  | string
  | {
      readonly threshold: string;
      /** Stop the run as soon as the threshold fails; false unless given. */
      readonly abortOnFail?: boolean | undefined;
      /** How long the run goes on before the threshold may abort it, such as "5s"; 0 unless given. */
      readonly delayAbortEval?: string | undefined;
    };

type Operator = "<" | "<=" | ">" | ">=" | "==" | "!=";

export interface Threshold {
  readonly metric: MetricName;
  /** As it was written. */
  readonly expression: string;
  readonly aggregation: "avg" | "min" | "med" | "max" | "p" | "count" | "rate" | "value";
  /** The N of p(N), 0 to 100; only for aggregation "p". */
  readonly percent?: number;
  readonly operator: Operator;
  /** In the unit of the aggregation: ms for a trend, a share from 0 to 1 for a rate, per second for a counter's rate. */
  readonly limit: number;
  readonly abortOnFail: boolean;
  /** ms from the start of the run. */
  readonly delayAbortMs: number;
}

export interface ThresholdResult {
  readonly metric: MetricName;
  readonly expression: string;
  /** What was measured, in the unit of `Threshold.limit`; null when there are no samples. */
  readonly observed: number | null;
  readonly passed: boolean;
}

const AGGREGATIONS = {
  trend: "avg, min, med, max, p(N)",
  counter: "count, rate",
  rate: "rate",
  gauge: "value",
} as const satisfies Record<MetricType, string>;

const EXPRESSION =
  /^\s*(?:(?<name>avg|min|med|max|count|rate|value)|p\(\s*(?<percent>\d+(?:\.\d+)?)\s*\))\s*(?<operator><=|>=|==|!=|<|>)\s*(?<number>-?\d+(?:\.\d+)?)\s*(?<unit>[a-zµ%]*)\s*$/;

/** Parses one threshold on `metric`. @throws ThresholdError */
export function parseThreshold(metric: string, spec: ThresholdSpec): Threshold {
  if (!isMetric(metric)) {
    throw new ThresholdError(
      `there is no metric "${metric}"; did you mean "${closest(metric, Object.keys(METRICS))}"?`,
    );
  }
  const {
    threshold: expression,
    abortOnFail = false,
    delayAbortEval = "0s",
  } = typeof spec === "string" ? { threshold: spec } : spec;
  const fail = (why: string): never => {
    throw new ThresholdError(`threshold "${expression}" on ${metric}: ${why}`);
  };

  const groups = EXPRESSION.exec(expression)?.groups;
  if (groups === undefined)
    return fail(`write an aggregation, an operator and a number, such as "p(99)<5" or "count==0"`);
  const { type, unit: metricUnit } = METRICS[metric];
  const aggregation = (groups["name"] ?? "p") as Threshold["aggregation"];
  const allowed = AGGREGATIONS[type];
  if (!allowed.split(/, |\(N\)/).includes(aggregation)) return fail(`a ${type} has ${allowed}, not ${aggregation}`);
  const percent = groups["percent"] === undefined ? undefined : Number(groups["percent"]);
  if (percent !== undefined && percent > 100) return fail(`a percentile is from 0 to 100, not ${percent}`);

  const unit = groups["unit"] ?? "";
  const number = Number(groups["number"]);
  // 95 * 0.01 is more than 0.95.
  const limit =
    unit === ""
      ? number
      : metricUnit === "ms"
        ? toMs(number, unit)
        : metricUnit === "share" && unit === "%"
          ? number / 100
          : undefined;
  if (limit === undefined) {
    const right =
      metricUnit === "ms"
        ? `write one of ${TIME_UNITS}`
        : metricUnit === "share"
          ? "write a share from 0 to 1, or %"
          : "write a plain number";
    return fail(`"${unit}" is no unit of it; ${right}`);
  }

  if (metricUnit === "share" && !(limit >= 0 && limit <= 1)) {
    return fail(
      `a share is from 0 to 1, or from 0% to 100%${unit === "" && number > 0 && number <= 100 ? `; did you mean ${number}%?` : ""}`,
    );
  }

  const delayAbortMs = parseDuration(delayAbortEval);
  if (delayAbortMs === undefined)
    return fail(
      `delayAbortEval: "${delayAbortEval}" is no duration; write a number and one of ${TIME_UNITS}, such as "5s"`,
    );
  if (typeof spec !== "string" && spec.delayAbortEval !== undefined && !abortOnFail)
    return fail("delayAbortEval says nothing without abortOnFail: true");

  return {
    metric,
    expression,
    aggregation,
    ...(percent === undefined ? {} : { percent }),
    operator: groups["operator"] as Operator,
    limit,
    abortOnFail,
    delayAbortMs,
  };
}

/** Parses all thresholds of a scenario, in its order. @throws ThresholdError for the first that is wrong */
export function parseThresholds(specs: Readonly<Record<string, readonly ThresholdSpec[]>>): Threshold[] {
  return Object.entries(specs).flatMap(([metric, list]) => list.map((spec) => parseThreshold(metric, spec)));
}

/** How each threshold fared. */
export function evaluate(thresholds: readonly Threshold[], measurements: Measurements): ThresholdResult[] {
  return thresholds.map((threshold) => {
    const observed = observe(threshold, measurements);
    // A rate per second of a run that took no time is as little a figure as a percentile of no samples.
    const known = Number.isFinite(observed);
    return {
      metric: threshold.metric,
      expression: threshold.expression,
      observed: known ? observed : null,
      passed: known && holds[threshold.operator](observed, threshold.limit),
    };
  });
}

/**
 * The thresholds that end a run now: those with `abortOnFail` that fail, have samples, and whose delay has passed.
 * A metric without samples aborts nothing: it may yet get some.
 */
export function failuresThatAbort(thresholds: readonly Threshold[], measurements: Measurements): ThresholdResult[] {
  const due = thresholds.filter(
    (threshold) => threshold.abortOnFail && threshold.delayAbortMs <= measurements.durationMs,
  );
  return evaluate(due, measurements).filter((result) => !result.passed && result.observed !== null);
}

const holds: Record<Operator, (observed: number, limit: number) => boolean> = {
  "<": (observed, limit) => observed < limit,
  "<=": (observed, limit) => observed <= limit,
  ">": (observed, limit) => observed > limit,
  ">=": (observed, limit) => observed >= limit,
  "==": (observed, limit) => observed === limit,
  "!=": (observed, limit) => observed !== limit,
};

/** NaN when there are no samples. */
function observe({ metric, aggregation, percent = 50 }: Threshold, measurements: Measurements): number {
  if (isIn(measurements.trends, metric)) {
    const distribution = measurements.trends[metric];
    if (aggregation === "avg") return distribution.meanMs;
    if (aggregation === "min") return distribution.minMs;
    if (aggregation === "max") return distribution.maxMs;
    return distribution.percentile(percent);
  }
  if (isIn(measurements.counters, metric)) {
    const count = measurements.counters[metric];
    return aggregation === "count" ? count : count / (measurements.durationMs / 1000);
  }
  if (isIn(measurements.rates, metric)) {
    const { passes, total } = measurements.rates[metric];
    return passes / total;
  }
  return measurements.gauges[metric] ?? NaN;
}

function isIn<K extends MetricName>(record: Readonly<Record<K, unknown>>, name: MetricName): name is K {
  return Object.hasOwn(record, name);
}
