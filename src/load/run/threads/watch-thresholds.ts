/** Ends a run early when a threshold with `abortOnFail` fails. */
import type { Measurements, Viewpoint } from "../../measure/index.js";
import type { Scenario } from "../../scenario/index.js";
import { abortReasonOf, EVALUATION_INTERVAL_MS } from "../abort-on-fail.js";

/** The signal aborts when such a threshold fails; its reason is one line that says why. `end` ends the watch. */
export function watchThresholds(
  specs: Scenario["thresholds"],
  measured: () => Measurements,
  from: Viewpoint,
): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const reasonOf = abortReasonOf(specs, from);
  const evaluate = (): void => {
    const reason = reasonOf?.(measured());
    if (reason === undefined) return;
    clearInterval(timer);
    controller.abort(reason);
  };
  const timer = reasonOf === undefined ? undefined : setInterval(evaluate, EVALUATION_INTERVAL_MS);
  return { signal: controller.signal, end: () => clearInterval(timer) };
}
