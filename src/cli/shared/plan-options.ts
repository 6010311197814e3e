/** The plan that the options of a command select. */
import { buildPlan, changeScenario, type LoadedScenario, type Plan } from "../../load/scenario/index.js";
import { commandLine } from "../../vocabulary/index.js";
import { positiveDuration, wholeNumber } from "./numeric-options.js";
import { invalidValue, UsageError } from "./usage-error.js";
import { openInput } from "./named-files.js";
import { scenarioChanges, type ChangeArguments } from "./scenario-changes.js";

/** The values of `planOptions` (shared-options.ts). */
export interface PlanArguments extends ChangeArguments {
  readonly scenario?: string | undefined;
  readonly seed?: string | undefined;
  readonly workers?: string | undefined;
  readonly duration?: string | undefined;
}

function seedFrom(text: string): number {
  if (!/^\d+(-|\.\.)\d+$/.test(text)) return wholeNumber("seed", text, 0);
  throw invalidValue("--seed", text, `one seed; \`${commandLine("sweep")}\` runs many, with --seeds ${text}`);
}

/**
 * Loads the scenario and builds the plan. `options` is plain data, from which `buildPlan(scenario, options)` builds the
 * same plan in a worker thread.
 * @throws {UsageError} for an option that is invalid, or invalid for this scenario
 * @throws {ScenarioError} for an invalid scenario
 */
export async function planFrom(args: PlanArguments): Promise<
  LoadedScenario & {
    readonly options: { readonly seed?: number; readonly workers?: number; readonly durationMs?: number };
    readonly plan: Plan;
  }
> {
  const { scenario: name, seed, workers, duration } = args;
  // Checked here, as yargs would report it before a misspelt command.
  if (name === undefined)
    throw new UsageError(
      `--scenario is missing: expected a name from \`${commandLine("list")}\` or the path of a file`,
    );
  const options = {
    ...(seed !== undefined && { seed: seedFrom(seed) }),
    ...(workers !== undefined && { workers: wholeNumber("workers", workers, 1) }),
    ...(duration !== undefined && { durationMs: positiveDuration("duration", duration) }),
  };
  const changes = scenarioChanges(args);
  const loaded = changeScenario(await openInput(name), changes);
  try {
    return { ...loaded, options, plan: buildPlan(loaded.scenario, options) };
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}
