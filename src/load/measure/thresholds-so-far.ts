/** Thresholds while the run goes on. */
import { at } from "../../vocabulary/index.js";
import { compare, parseDecimal } from "./exact.js";
import type { Measurements } from "./measurements.js";
import { evaluate, type Threshold, type ThresholdResult } from "./thresholds.js";

export interface ThresholdSoFar extends ThresholdResult {
  /** Whether it says nothing yet: it has no samples, or its figure is below what it has to reach by the end of the run. */
  readonly isOpen: boolean;
}

/** Evaluates each threshold on what has been measured so far. */
export function evaluateSoFar(thresholds: readonly Threshold[], measurements: Measurements): ThresholdSoFar[] {
  return evaluate(thresholds, measurements).map((result, index) => ({
    ...result,
    isOpen: !result.passed && canBeReached(at(thresholds, index), result.observed),
  }));
}

function canBeReached({ operator, limit }: Threshold, observed: number | null): boolean {
  if (observed === null || operator === ">" || operator === ">=") return true;
  return operator === "==" && compare(parseDecimal(String(observed)), limit) < 0;
}
