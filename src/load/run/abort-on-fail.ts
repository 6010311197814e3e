/** The thresholds that end a run early: those with `abortOnFail`. */
import { failuresThatAbort, type Measurements, type Viewpoint } from "../measure/index.js";
import { formatObserved } from "../../results/index.js";
import { formatElapsed } from "../../vocabulary/index.js";
import type { Scenario } from "../scenario/index.js";
import { judgedThresholds } from "./judged-thresholds.js";

/** How often they are evaluated, ms of the run's clock. */
export const EVALUATION_INTERVAL_MS = 500;

/** Why the measurements so far end the run, one line; undefined when they do not. */
export type AbortReason = (measured: Measurements) => string | undefined;

/** Undefined when none of the scenario's thresholds can end a run. `from`: from where the run measures. */
export function abortReasonOf(specs: Scenario["thresholds"], from: Viewpoint): AbortReason | undefined {
  const thresholds = judgedThresholds(specs, from).judged.filter(({ abortOnFail }) => abortOnFail);
  if (thresholds.length === 0) return undefined;
  return (measured) => {
    const [failure] = failuresThatAbort(thresholds, measured);
    if (failure === undefined) return undefined;
    const after = formatElapsed(measured.durationMs);
    return `threshold ${failure.metric} ${failure.expression} failed after ${after}: observed ${formatObserved(failure)}`;
  };
}
