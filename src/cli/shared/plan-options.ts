/** The plan that the options of a command ask for. */
import { buildPlan, type LoadedScenario, type Plan } from "../../load/scenario/index.js";
import { parseDuration } from "../../vocabulary/index.js";
import { wholeNumber } from "./numeric-options.js";
import { UsageError } from "./usage-error.js";
import { openInput } from "./named-files.js";

/** The values of `planOptions` (shared-options.ts). */
export interface PlanArguments {
  readonly scenario?: string | undefined;
  readonly seed?: string | undefined;
  readonly workers?: string | undefined;
  readonly duration?: string | undefined;
}

function durationMsFrom(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) return ms;
  throw new UsageError(`--duration must be a duration above 0 with a unit, such as "30s" or "2m", not "${text}"`);
}

/**
 * Loads the scenario and plans the run that the arguments ask for. `options` is plain data: `buildPlan(scenario, options)`
 * gives the same plan in a worker thread.
 * @throws {UsageError} for an option that is no such value, or not one for this scenario.
 * @throws {ScenarioError} for a scenario that cannot be used.
 */
export async function planFrom({ scenario: name, seed, workers, duration }: PlanArguments): Promise<
  LoadedScenario & {
    readonly options: { readonly seed?: number; readonly workers?: number; readonly durationMs?: number };
    readonly plan: Plan;
  }
> {
  // Not left to yargs, which would say so before it says that a command is misspelt.
  if (name === undefined)
    throw new UsageError("--scenario is missing: give a name from `simulate list` or the path of a file");
  const options = {
    ...(seed !== undefined && { seed: wholeNumber("seed", seed, 0) }),
    ...(workers !== undefined && { workers: wholeNumber("workers", workers, 1) }),
    ...(duration !== undefined && { durationMs: durationMsFrom(duration) }),
  };
  const loaded = await openInput(name);
  try {
    return { ...loaded, options, plan: buildPlan(loaded.scenario, options) };
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}
