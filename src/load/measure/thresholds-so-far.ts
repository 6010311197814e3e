/** Thresholds while the run goes on, and of a run that was ended early. */
import { at } from "../../vocabulary/index.js";
import { compare, parseDecimal } from "./exact.js";
import type { Measurements } from "./measurements.js";
import { METRICS, type MetricName } from "./metrics.js";
import { evaluate, type Threshold, type ThresholdResult } from "./thresholds.js";

export interface ThresholdSoFar extends ThresholdResult {
  /**
   * Whether it cannot be judged yet: it has no samples, or it failed and the rest of the run can yet meet it.
   */
  readonly isOpen: boolean;
}

/** Evaluates each threshold on what has been measured so far. A phase that was missed may yet take place. */
export function evaluateSoFar(thresholds: readonly Threshold[], measurements: Measurements): ThresholdSoFar[] {
  return evaluate(thresholds, measurements).map((result, index) => ({
    ...result,
    isOpen: !result.passed && canBeReached(at(thresholds, index), result.observed),
  }));
}

/** What the early end of a run adds to. */
const GROWN_BY_END: ReadonlySet<MetricName> = new Set([
  "workers_cut_off",
  "live_updates_accounted",
  "updates_unanswered",
]);

/**
 * Evaluates each threshold of a run that was ended early. One that failed is broken by the end when the rest of the run
 * could have met it; not one that ends a run as soon as it fails.
 */
export function evaluateEndedEarly(thresholds: readonly Threshold[], measurements: Measurements): ThresholdResult[] {
  return evaluateSoFar(thresholds, measurements).map(({ isOpen, ...result }, index) => {
    const { metric, abortOnFail } = at(thresholds, index);
    const isEnding = abortOnFail && result.observed !== null;
    const isBroken = !result.passed && !isEnding && (isOpen || GROWN_BY_END.has(metric));
    return isBroken ? { ...result, brokenByEnd: true } : result;
  });
}

/** A share can rise and fall, a minimum only fall. The others are taken to rise: a count, a maximum, a percentile. */
function canBeReached({ metric, aggregation, operator, limit }: Threshold, observed: number | null): boolean {
  if (observed === null || METRICS[metric].type === "rate") return true;
  const canFall = aggregation === "min";
  if (operator === "==") return compare(parseDecimal(String(observed)), limit) === (canFall ? 1 : -1);
  return operator.startsWith(canFall ? "<" : ">");
}
