/** The warnings about a plan, before what it is the plan of begins. */
import { warningLines, type LoadedScenario, type Plan, type PlanWarningOptions } from "../../load/scenario/index.js";
import { logLines } from "./print.js";
import { UsageError } from "./usage-error.js";

export interface WarnOptions extends PlanWarningOptions {
  readonly quiet: boolean;
  /** Whether a warning is an error. Left out: no. */
  readonly strict?: boolean;
  /** What begins: a run, a sweep. */
  readonly what: string;
}

/**
 * Prints what the plan shows; of several plans, of seeds of one scenario, what all of them show.
 * @throws {UsageError} with `strict`, when they show anything
 */
export function warnOfPlan(
  loaded: LoadedScenario,
  [plan, ...others]: readonly [Plan, ...Plan[]],
  { quiet, strict = false, what, ...options }: WarnOptions,
): void {
  if (quiet && !strict) return;
  const warnings = warningLines(loaded, plan, { ...options, others });
  logLines(...warnings.map((warning) => `warning: ${warning}`));
  if (strict && warnings.length > 0)
    throw new UsageError(`the ${what} was not started: with --strict, the plan may have no warning`);
}
