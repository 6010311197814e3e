/** A search for a capacity that goes on: `simulate capacity --resume DIR`. */
import { join } from "node:path";
import { environment } from "../../load/run/index.js";
import { planHash } from "../../load/scenario/index.js";
import { CAPACITY_FILES, identityOf, readCapacity, type Capacity } from "../../results/index.js";
import type { CapacityArguments } from "./capacity-options.js";
import { chosenRun } from "./chosen-run.js";
import { ratesOf, runArguments, trialCommand, type ChosenSearch } from "./chosen-search.js";
import { openInput, readText } from "./named-files.js";
import { positiveDuration } from "./numeric-options.js";
import { findRun } from "./run-directory.js";
import { changedSwitch } from "./target-options.js";
import { UsageError } from "./usage-error.js";

/** The options that a search keeps from its start. */
const KEPT = [
  ...["duration", "start-rate", "precision", "metric", "threads", "target", "dialect", "database", "scrape"],
  ...["listen", "backend-timeout", "page", "allow-origin", "seeds", "faults", "set", "threshold"],
] as const satisfies readonly (keyof CapacityArguments)[];

/**
 * The search in `name`, a directory or an id, with the trials that it has. Its options are those that it was started
 * with; only `--max-time` may differ.
 * @throws {UsageError} for an option that would change it, and when program, machine, scenario or seed is another
 * @throws {ResultsError} when it cannot be read
 */
export async function resumedSearch(name: string, args: CapacityArguments): Promise<ChosenSearch> {
  const directory = findRun(name, args.results);
  const known = readCapacity(directory);
  const kept = join(directory, CAPACITY_FILES.scenario);
  refuseOptions(args);
  refuseOtherProgram(known);
  await refuseOtherPlan(known, kept, args);
  const run = runArguments({ ...args, ...argumentsFrom(known.options), scenario: kept, seed: known.seed });
  const chosen = await chosenRun({ ...run, workers: String(known.search.startWorkers) });
  const identity = identityOf(known);
  if (planHash(chosen.plan) !== identity.planHash)
    throw new UsageError(`cannot resume ${directory}: its ${CAPACITY_FILES.scenario} gives another plan than before`);
  const { seeds } = identity.search;
  if (args.redis !== undefined && seeds === undefined)
    throw new UsageError("--redis requires a search under simulated time: this one is of a machine");
  const maxTime = args["max-time"];
  const maxMs = maxTime === undefined ? identity.search.maxMs : positiveDuration("max-time", maxTime);
  return {
    directory,
    identity: { ...identity, search: { ...identity.search, maxMs } },
    rates: ratesOf(chosen),
    trials: known.trials,
    listen: chosen.listen,
    simulated: seeds && { chosen, mailbox: run.mailbox, seeds, redis: args.redis },
    ...trialCommand(run, kept, chosen.plan.seed),
  };
}

function refuseOptions(args: CapacityArguments): void {
  const given = KEPT.find((option) => args[option] !== undefined);
  const changed =
    given ?? changedSwitch(args) ?? (args.virtual ? "virtual" : undefined) ?? (args.strict ? "strict" : undefined);
  if (changed !== undefined)
    throw new UsageError(`--${changed} cannot be combined with --resume: a search keeps the options of its start`);
}

/** Trials of two programs are not trials of one search, nor those of two machines, unless time is simulated. */
function refuseOtherProgram({ environment: before, engine }: Capacity): void {
  const now = environment();
  for (const key of ["crowdstorm", "node", ...(engine === "virtual" ? [] : (["cpu", "cores"] as const))] as const) {
    if (now[key] === before[key]) continue;
    throw new UsageError(`cannot resume: the search was made with ${key} ${before[key]}, this is ${key} ${now[key]}`);
  }
}

async function refuseOtherPlan({ seed }: Capacity, kept: string, args: CapacityArguments): Promise<void> {
  if (args.seed !== undefined && args.seed !== seed)
    throw new UsageError(`cannot resume: the search has the seed ${seed}, not ${args.seed}`);
  if (args.scenario !== undefined && (await openInput(args.scenario)).text !== (await readText(kept)))
    throw new UsageError(`cannot resume: the search has another scenario than ${args.scenario}: see ${kept}`);
}

/** The arguments that options of a run stand for (differingOptions). */
function argumentsFrom(options: Capacity["options"]): Partial<CapacityArguments> {
  const { "no-record": notRecorded, "allow-remote": isRemote, virtual, ...others } = options;
  return {
    ...Object.fromEntries(Object.entries(others).map(([name, value]) => [name, String(value)])),
    virtual: virtual !== undefined,
    record: notRecorded === undefined,
    "allow-remote": isRemote !== undefined,
  };
}
