/** Thresholds while the run goes on, and of a run that was ended early. */
import { at } from "../../vocabulary/index.js";
import { compare, parseDecimal } from "./exact.js";
import type { Measurements } from "./measurements.js";
import { METRICS, type MetricName } from "./metrics.js";
import { evaluate, type Threshold, type ThresholdResult } from "./thresholds.js";

export interface ThresholdSoFar extends ThresholdResult {
  /**
   * Whether it cannot be judged yet: it has no samples, or its figure is below what it has to reach by the end of the
   * run, or above for a minimum.
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
    const threshold = at(thresholds, index);
    const { metric, abortOnFail } = threshold;
    const isOpenShare = isShare(metric) && !isDecidedShare(threshold);
    const isEnding = abortOnFail && result.observed !== null;
    const isBroken = !result.passed && !isEnding && (isOpen || isOpenShare || GROWN_BY_END.has(metric));
    return isBroken ? { ...result, brokenByEnd: true } : result;
  });
}

/** Figures are taken to rise while a run goes on, counts, maxima and shares among them; a minimum only falls. */
function canBeReached(threshold: Threshold, observed: number | null): boolean {
  if (observed === null) return true;
  const { aggregation, operator, limit } = threshold;
  if (isDecidedShare(threshold)) return false;
  const falls = aggregation === "min";
  if (operator === "==") return compare(parseDecimal(String(observed)), limit) === (falls ? 1 : -1);
  return operator.startsWith(falls ? "<" : ">");
}

/** Whether a threshold on a share, which can rise and fall, cannot be met after it failed: it asks for none or all. */
function isDecidedShare({ metric, operator, limit }: Threshold): boolean {
  const [isNone, isAll] = [compare(limit, NONE) <= 0, compare(limit, ALL) >= 0];
  return isShare(metric) && ((isNone && ["<=", "=="].includes(operator)) || (isAll && [">=", "=="].includes(operator)));
}

function isShare(metric: MetricName): boolean {
  return METRICS[metric].type === "rate";
}

const [NONE, ALL] = [parseDecimal("0"), parseDecimal("1")];
