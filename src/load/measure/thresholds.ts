/**
 * Thresholds in the style of k6: `live_update_latency: ["p(99)<5", "max<200ms"]`. Tags after the metric restrict it to
 * the workers with a behaviour and to phases of the run: `live_update_latency{behaviour:unaffected,during:storm}`.
 *
 * An expression is an aggregation, an operator and a number. As in k6, a trend has avg, min, med, max and p(N), a
 * counter has count and rate (per second), a rate has rate, a gauge has value. A number may carry a unit: us, ms (the
 * default), s, m or h for a trend, % for a rate.
 *
 * Unlike k6, where an empty sink reads as 0 (and `p(99)<5` passes when nothing was measured), a threshold on a trend,
 * rate or gauge without samples fails with "no samples": a check that passes because nothing happened checks nothing. A
 * counter that was never raised is 0, since `count==0` is a statement about just that; but in a phase that did not take
 * place it has no samples either.
 *
 * The comparison is exact: the limit is the decimal number that was written, in its unit, and a share, an average and a
 * rate per second are quotients of whole numbers. No binary rounding decides (9 of 125 is 7.2%, as 9 / 125 * 100 is
 * not).
 */
import { compare, multiply, parseDecimal, toNumber, type Rational } from "./exact.js";
import { assert, parseDuration, TIME_UNITS, usPerUnit } from "../../vocabulary/index.js";
import type { Distribution } from "./distribution.js";
import type { Measurements } from "./measurements.js";
import { METRICS, type MetricName, type MetricType } from "./metrics.js";
import { parseTaggedMetric } from "./tagged-metric.js";
import { formatTags, PHASES, type TagSelector } from "./tags.js";
import { ThresholdError } from "./threshold-error.js";

export { ThresholdError } from "./threshold-error.js";

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
  /** What has to be of the tags; empty: everything. */
  readonly tags: TagSelector;
  /** As it was written. */
  readonly expression: string;
  readonly aggregation: "avg" | "min" | "med" | "max" | "p" | "count" | "rate" | "value";
  /** The N of p(N), 0 to 100; only for aggregation "p". */
  readonly percent?: number;
  readonly operator: Operator;
  /**
   * Exactly as written, in the unit of the aggregation: ms for a trend, a share from 0 to 1 for a rate, per second for
   * a counter's rate.
   */
  readonly limit: Rational;
  readonly abortOnFail: boolean;
  /** ms from the start of the run. */
  readonly delayAbortMs: number;
}

export interface ThresholdResult {
  /** The metric with its tags: `live_update_latency{behaviour:unaffected}`. */
  readonly metric: string;
  readonly expression: string;
  /** What was measured, in the unit of `Threshold.limit`; null when there are no samples. */
  readonly observed: number | null;
  readonly passed: boolean;
  /** Only without samples, when the phase of its tags did not take place. */
  readonly phaseMissed?: true | undefined;
  /** Only for one that failed in a run which was ended early: the part that did not happen could have met it. */
  readonly brokenByEnd?: true | undefined;
}

const AGGREGATIONS = {
  trend: "avg, min, med, max, p(N)",
  counter: "count, rate",
  rate: "rate",
  gauge: "value",
} as const satisfies Record<MetricType, string>;

const EXPRESSION =
  /^\s*(?:(?<name>avg|min|med|max|count|rate|value)|p\(\s*(?<percent>\d+(?:\.\d+)?)\s*\))\s*(?<operator><=|>=|==|!=|<|>)\s*(?<number>-?\d+(?:\.\d+)?)\s*(?<unit>[a-zµ%]*)\s*$/;

/** Parses one threshold on a metric, whose tags are in braces after its name. @throws ThresholdError */
export function parseThreshold(tagged: string, spec: ThresholdSpec): Threshold {
  const { metric, tags } = parseTaggedMetric(tagged);
  const {
    threshold: expression,
    abortOnFail = false,
    delayAbortEval = "0s",
  } = typeof spec === "string" ? { threshold: spec } : spec;
  const fail = (why: string): never => {
    throw new ThresholdError(`threshold "${expression}" on ${tagged}: ${why}`);
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

  const { unit, number } = groups;
  assert(unit !== undefined && number !== undefined, "the expression matched without its number");
  const factor = factorOf(unit, metricUnit);
  const limit = factor === undefined ? undefined : multiply(parseDecimal(number), factor);
  if (limit === undefined) {
    const right =
      metricUnit === "ms"
        ? `write one of ${TIME_UNITS}`
        : metricUnit === "share"
          ? "write a share from 0 to 1, or %"
          : "write a plain number";
    return fail(`"${unit}" is no unit of it; ${right}`);
  }

  if (metricUnit === "share" && !isBetween(0, limit, 1)) {
    const percentage = unit === "" && isBetween(0, limit, 100) ? `; did you mean ${number}%?` : "";
    return fail(`a share is from 0 to 1, or from 0% to 100%${percentage}`);
  }

  const delayAbortMs = parseDuration(delayAbortEval);
  if (delayAbortMs === undefined)
    return fail(
      `delayAbortEval: "${delayAbortEval}" is no duration; write a number and one of ${TIME_UNITS}, such as "5s"`,
    );
  if (typeof spec !== "string" && spec.delayAbortEval !== undefined && !abortOnFail)
    return fail("delayAbortEval has no effect without abortOnFail: true");

  return {
    metric,
    tags,
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

/**
 * What a limit in `unit` is multiplied by to be in the unit of the metric; undefined when the metric has no such unit.
 */
function factorOf(unit: string, metricUnit: string): Rational | undefined {
  if (unit === "") return { numerator: 1n, denominator: 1n };
  if (metricUnit === "share" && unit === "%") return { numerator: 1n, denominator: 100n };
  const us = metricUnit === "ms" ? usPerUnit(unit) : undefined;
  return us === undefined ? undefined : { numerator: BigInt(us), denominator: 1000n };
}

function isBetween(least: number, value: Rational, most: number): boolean {
  return compare(value, parseDecimal(String(least))) >= 0 && compare(value, parseDecimal(String(most))) <= 0;
}

/** Evaluates each threshold. */
export function evaluate(thresholds: readonly Threshold[], measurements: Measurements): ThresholdResult[] {
  return thresholds.map((threshold) => {
    const isTagged = Object.keys(threshold.tags).length > 0;
    const part = isTagged ? measurements.where(threshold.tags) : measurements;
    const observed = observe(threshold, part);
    const isOfPhase = PHASES.some((phase) => threshold.tags[phase] !== undefined);
    return {
      metric: threshold.metric + formatTags(threshold.tags),
      expression: threshold.expression,
      observed: observed === undefined ? null : observed.value,
      passed: observed !== undefined && holds[threshold.operator](compare(observed.exact, threshold.limit)),
      ...(observed === undefined && isOfPhase && part.durationMs === 0 && { phaseMissed: true }),
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

/** Whether the operator holds, by the sign of observed − limit. */
const holds: Record<Operator, (sign: number) => boolean> = {
  "<": (sign) => sign < 0,
  "<=": (sign) => sign <= 0,
  ">": (sign) => sign > 0,
  ">=": (sign) => sign >= 0,
  "==": (sign) => sign === 0,
  "!=": (sign) => sign !== 0,
};

/** What was measured: as a number, and exactly. */
interface Observed {
  readonly value: number;
  readonly exact: Rational;
}

/** Undefined when there are no samples, or no time has passed in which there could be any. */
function observe({ metric, aggregation, percent = 50 }: Threshold, measurements: Measurements): Observed | undefined {
  if (isIn(measurements.trends, metric)) return observeTrend(measurements.trends[metric], aggregation, percent);
  if (isIn(measurements.counters, metric)) {
    const count = measurements.counters[metric];
    if (measurements.durationMs === 0 && (count === 0 || aggregation === "rate")) return undefined;
    return aggregation === "count"
      ? asWritten(count)
      : quotient(parseDecimal(String(count * 1000)), parseDecimal(String(measurements.durationMs)));
  }
  if (isIn(measurements.rates, metric)) {
    const { passes, total } = measurements.rates[metric];
    return total === 0 ? undefined : quotient(parseDecimal(String(passes)), parseDecimal(String(total)));
  }
  const gauge = measurements.gauges[metric];
  return gauge === undefined ? undefined : asWritten(gauge);
}

function observeTrend(
  distribution: Distribution,
  aggregation: Threshold["aggregation"],
  percent: number,
): Observed | undefined {
  if (distribution.count === 0) return undefined;
  switch (aggregation) {
    case "avg":
      return quotient(
        { numerator: distribution.sumNs, denominator: 1n },
        { numerator: BigInt(distribution.count) * 1_000_000n, denominator: 1n },
      );
    case "min":
      return asWritten(distribution.minMs);
    case "max":
      return asWritten(distribution.maxMs);
    case "med":
    case "p":
      return asWritten(distribution.percentile(percent));
    case "count":
    case "rate":
    case "value":
      throw new Error(`a trend has no ${aggregation}`);
  }
}

/** A figure that its decimal text denotes: a count, a gauge, or whole nanoseconds as ms. */
function asWritten(value: number): Observed {
  return { value, exact: parseDecimal(String(value)) };
}

function quotient(a: Rational, b: Rational): Observed {
  const exact = { numerator: a.numerator * b.denominator, denominator: a.denominator * b.numerator };
  return { value: toNumber(exact), exact };
}

/**
 * What the limit of a threshold is, in the unit of `Threshold.limit`; undefined when the expression is not one of this
 * metric.
 */
export function limitOf(metric: string, expression: string): Rational | undefined {
  try {
    return parseThreshold(metric, expression).limit;
  } catch (error) {
    if (error instanceof ThresholdError) return undefined;
    throw error;
  }
}

function isIn<K extends MetricName>(record: Readonly<Record<K, unknown>>, name: MetricName): name is K {
  return Object.hasOwn(record, name);
}
