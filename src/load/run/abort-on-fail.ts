/** Thresholds that end a run in the middle: those with `abortOnFail`. */
import { failuresThatAbort, isMeasured, parseThresholds, type Measurements, type Viewpoint } from "../measure/index.js";
import { formatObserved } from "../../results/index.js";
import type { Scenario } from "../scenario/index.js";

/** How often they are looked at, ms of the run's clock. */
export const LOOK_INTERVAL_MS = 500;

/** Why what has been measured so far is to end the run: one line. Undefined when it is not to. */
export type AbortReason = (measured: Measurements) => string | undefined;

/** Undefined when none of the scenario's thresholds can end a run. `from`: from where the run measures. */
export function abortReasonOf(specs: Scenario["thresholds"], from: Viewpoint = "inside"): AbortReason | undefined {
  const thresholds = parseThresholds(specs).filter(
    ({ abortOnFail, metric }) => abortOnFail && isMeasured(metric, from),
  );
  if (thresholds.length === 0) return undefined;
  return (measured) => {
    const [failure] = failuresThatAbort(thresholds, measured);
    if (failure === undefined) return undefined;
    const at = (measured.durationMs / 1000).toFixed(1);
    return `threshold ${failure.metric} ${failure.expression} failed after ${at} s: observed ${formatObserved(failure)}`;
  };
}
