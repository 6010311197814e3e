/** Ends a run in the middle when a threshold with `abortOnFail` fails. */
import { failuresThatAbort, parseThresholds, type Measurements } from "../../measure/index.js";
import type { Scenario } from "../../scenario/index.js";

/** How often they are looked at, ms. */
const INTERVAL_MS = 500;

/** The signal aborts, with a line that says why as its reason, when a threshold fails that is to end the run. `end` stops looking. */
export function watchThresholds(specs: Scenario["thresholds"], measured: () => Measurements): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const thresholds = parseThresholds(specs).filter(({ abortOnFail }) => abortOnFail);
  const look = (): void => {
    const [failure] = failuresThatAbort(thresholds, measured());
    if (failure === undefined) return;
    clearInterval(timer);
    controller.abort(`threshold ${failure.metric} ${failure.expression} failed: observed ${Number(failure.observed?.toPrecision(4))}`);
  };
  const timer = thresholds.length === 0 ? undefined : setInterval(look, INTERVAL_MS);
  return { signal: controller.signal, end: () => clearInterval(timer) };
}
