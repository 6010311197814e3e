/** The options that decide what a run's workers do, shared by every command that takes a scenario. */
import { MAX_RUN_THREADS } from "../../load/run/index.js";
import { buildPlan, type LoadedScenario, type Plan } from "../../load/scenario/index.js";
import { parseDuration } from "../../vocabulary/index.js";
import { UsageError } from "./usage-error.js";
import { openInput } from "./named-files.js";

/** For `yargs.options(…)`. Numbers are read as text, so that what was typed can be quoted when it is none. */
export const planOptions = {
  scenario: {
    alias: "s",
    type: "string",
    requiresArg: true,
    describe: "Name of a scenario (see `simulate list`), or path of a YAML file or module; - for standard input",
  },
  seed: {
    type: "string",
    requiresArg: true,
    describe: "Whole number; the same seed gives the same plan [default: the scenario's]",
  },
  workers: {
    type: "string",
    requiresArg: true,
    describe: "Simulated workers; scales the rates of arrival [default: the scenario's]",
  },
  duration: {
    type: "string",
    requiresArg: true,
    describe: "How long workers arrive, such as 30s; stretches stages and windows [default: the scenario's]",
  },
} as const;

/** What yargs makes of {@link planOptions}. */
export interface PlanArguments {
  readonly scenario?: string | undefined;
  readonly seed?: string | undefined;
  readonly workers?: string | undefined;
  readonly duration?: string | undefined;
}

/** Reads the value of a numeric option. @throws {UsageError} unless it is a whole number of `least` or more */
export function wholeNumber(option: string, text: string, least: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value) && value >= least) return value;
  if (value > Number.MAX_SAFE_INTEGER)
    throw new UsageError(`--${option} must be at most ${Number.MAX_SAFE_INTEGER}, not ${text}`);
  throw new UsageError(`--${option} must be a whole number, ${least} or more, not "${text}"`);
}

/** The value of `--threads`. @throws {UsageError} unless it is a whole number from `least` to the most that a run can have */
export function threadsFrom(text: string, least: number): number {
  const threads = wholeNumber("threads", text, least);
  if (threads > MAX_RUN_THREADS) throw new UsageError(`--threads must be at most ${MAX_RUN_THREADS}, not ${threads}`);
  return threads;
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
