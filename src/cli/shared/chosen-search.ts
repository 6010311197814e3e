/** The search for a capacity that the arguments of `simulate capacity` ask for. */
import { join } from "node:path";
import { arrivalRatesOf, type ArrivalRates } from "../../load/capacity/index.js";
import { formatTags, type Viewpoint } from "../../load/measure/index.js";
import { environment, judgedThresholds } from "../../load/run/index.js";
import { requireNativeModule } from "../../platform/db/index.js";
import { buildPlan, planHash, type Plan, type Scenario } from "../../load/scenario/index.js";
import {
  CAPACITY_FILES,
  CAPACITY_VERSION,
  createRunDirectory,
  differingOptions,
  mainTrend,
  reproduceCommand,
  uniqueName,
  writeAtomically,
  type CapacityTrial,
  type SearchIdentity,
} from "../../results/index.js";
import type { MailboxKind } from "../../platform/sync/index.js";
import { assert, quoteForShell } from "../../vocabulary/index.js";
import { MAX_TIME, precisionFrom, SEEDS, startRateFrom, type CapacityArguments } from "./capacity-options.js";
import { chosenRun, type ChosenRun, type RunArguments } from "./chosen-run.js";
import { positiveDuration } from "./numeric-options.js";
import { refuseThreads } from "./redis-options.js";
import { SERVER_TOKEN_VARIABLE } from "./server-options.js";
import { seedsFrom } from "./sweep-report.js";
import { invalidValue, oneOf, UsageError } from "./usage-error.js";
import { warnOfPlan } from "./warn-of-plan.js";

/** The trials of a search under simulated time. */
export interface SimulatedTrials {
  readonly chosen: ChosenRun;
  readonly mailbox: MailboxKind;
  readonly seeds: { readonly first: number; readonly last: number };
  /** The value of `--redis`, whose worker processes run the seeds; undefined: this process does. */
  readonly redis: string | undefined;
}

/** A search that can be carried out. */
export interface ChosenSearch {
  readonly directory: string;
  readonly identity: SearchIdentity;
  readonly rates: ArrivalRates;
  /** The trials of an earlier part. */
  readonly trials: readonly CapacityTrial[];
  /** The address of the router of the trials; undefined without `--listen`. */
  readonly listen: { readonly host: string; readonly port: number } | undefined;
  /** Undefined unless time is simulated. */
  readonly simulated: SimulatedTrials | undefined;
  /** The arguments of each trial, besides its workers and `--listen`. */
  readonly trialArguments: readonly string[];
  /** What is added to the environment of each trial. */
  readonly trialEnvironment: Readonly<Record<string, string>>;
}

/** The search halves the rate of its first trial at most so often. */
const MOST_HALVINGS = 6;

/** A new search, with its directory. @throws {UsageError} for an argument that is invalid or does not apply */
export async function newSearch(args: CapacityArguments): Promise<ChosenSearch> {
  const precision = precisionFrom(args.precision);
  const maxMs = positiveDuration("max-time", args["max-time"] ?? MAX_TIME);
  const startRate = startRateFrom(args["start-rate"]);
  const seeds = simulatedSeeds(args);
  const run = runArguments(args);
  const chosen = await chosenRun(seeds === undefined ? run : { ...run, seed: String(seeds.first) });
  const rates = ratesOf(chosen);
  const from = viewpointOf(args);
  checkMetric(args.metric, chosen.scenario, from);
  const startWorkers = startRate === undefined ? rates.ownWorkers : rates.workersAt(startRate);
  if (startWorkers > rates.mostWorkers)
    throw invalidValue("--start-rate", String(startRate), `at most ${rates.rateOf(rates.mostWorkers)}`);
  const planOf = (seed: number): Plan => buildPlan(chosen.scenario, { ...chosen.options, seed, workers: startWorkers });
  const { seed } = chosen.plan;
  const plan = planOf(seed);
  if (from !== "clients") requireNativeModule();
  const { quiet, strict } = args;
  warnOfPlan(chosen, [plan, planOf(seeds?.last ?? seed)], {
    ...{ quiet, strict, isOverNetwork: from !== "inside", what: "search" },
  });
  const startedAt = new Date();
  const searchId = uniqueName(`capacity-${chosen.scenario.name}`, startedAt);
  const directory = createRunDirectory(args.results, searchId);
  const kept = join(directory, CAPACITY_FILES.scenario);
  writeAtomically(kept, chosen.text);
  const identity: SearchIdentity = {
    version: CAPACITY_VERSION,
    searchId,
    scenario: { name: chosen.scenario.name, description: chosen.scenario.description },
    seed: String(seed),
    planHash: planHash(plan),
    engine: args.virtual ? "virtual" : from === "inside" ? "threads" : "network",
    options: differingOptions(run),
    reproduce: reproduceSearch(args, chosen.isRepeatable === true ? undefined : kept, seed),
    startedAt: startedAt.toISOString(),
    environment: environment(),
    arrivals: { durationMs: rates.arrivalsMs, peakFactor: rates.peakFactor },
    search: {
      startWorkers,
      leastWorkers: Math.max(1, Math.floor(startWorkers / 2 ** MOST_HALVINGS)),
      mostWorkers: rates.mostWorkers,
      precision,
      maxMs,
      metric: args.metric ?? null,
      ...(seeds !== undefined && { seeds }),
    },
    trend: mainTrend(from),
  };
  const simulated = seeds && { chosen, mailbox: args.mailbox, seeds, redis: args.redis };
  return { directory, identity, rates, trials: [], listen: chosen.listen, simulated, ...trialCommand(run, kept, seed) };
}

/**
 * The seeds that each rate is tried with; undefined on real threads.
 * @throws {UsageError} for an argument that does not apply
 */
function simulatedSeeds({
  virtual,
  seeds,
  seed,
  redis,
  threads,
  target,
  listen,
}: CapacityArguments): SimulatedTrials["seeds"] | undefined {
  if (!virtual) {
    if (seeds !== undefined)
      throw new UsageError("--seeds requires --virtual; on real threads, --seed is that of all trials");
    if (redis !== undefined)
      throw new UsageError(
        target === undefined && listen === undefined
          ? "--redis requires --virtual: on real threads, each trial runs on this machine"
          : `--redis cannot be combined with --${target === undefined ? "listen" : "target"}: ` +
              "this machine alone makes the load of a search",
      );
    return undefined;
  }
  if (seed !== undefined && seeds !== undefined) throw new UsageError("--seed cannot be combined with --seeds");
  if (redis !== undefined) refuseThreads(threads);
  return seedsFrom(seeds ?? seed ?? SEEDS);
}

/** The arguments of a run, for the checks that a run makes. */
export function runArguments({
  scenario,
  seed,
  duration,
  threads,
  virtual,
  faults,
  mailbox,
  record,
  ...args
}: CapacityArguments): RunArguments {
  const { target, dialect, database, scrape, listen, page, token, results, set, threshold } = args;
  return {
    ...{ scenario, seed, duration, threads, virtual, faults, mailbox, record, results, strict: false, quiet: true },
    ...{ target, dialect, database, scrape, listen, page, token, set, threshold },
    "allow-remote": args["allow-remote"],
    "allow-origin": args["allow-origin"],
    "backend-timeout": args["backend-timeout"],
  };
}

/** @throws {UsageError} for a scenario without an arrival rate */
export function ratesOf({ scenario, options }: ChosenRun): ArrivalRates {
  const rates = arrivalRatesOf(scenario, options.durationMs);
  if (rates !== undefined) return rates;
  if (scenario.workers !== undefined)
    throw new UsageError(`${scenario.name} lists its workers, so it has no arrival rate that could be searched`);
  throw new UsageError(
    `${scenario.name} keeps a number of workers, so it has no arrival rate that could be searched: let all workers arrive at a rate`,
  );
}

/** The command of each trial: `scenario` is the copy in the search's directory, which is not edited meanwhile. */
export function trialCommand(
  run: RunArguments,
  scenario: string,
  seed: number,
): Pick<ChosenSearch, "trialArguments" | "trialEnvironment"> {
  const options = { ...differingOptions({ ...run, listen: undefined }), scenario, seed };
  return {
    trialArguments: Object.entries(options).flatMap(([name, value]) =>
      value === "" ? [`--${name}`] : [`--${name}`, String(value)],
    ),
    // Not among the arguments, which others can read in the list of processes.
    trialEnvironment: run.token === undefined ? {} : { [SERVER_TOKEN_VARIABLE]: run.token },
  };
}

function viewpointOf({ target, listen, database }: CapacityArguments): Viewpoint {
  if (target === undefined && listen === undefined) return "inside";
  return database === undefined ? "clients" : "clients-and-database";
}

/** @throws {UsageError} unless the scenario has a threshold on it that its runs can judge */
function checkMetric(metric: string | undefined, scenario: Scenario, from: Viewpoint): void {
  if (metric === undefined) return;
  const judged = judgedThresholds(scenario.thresholds, from).judged;
  const names = [...new Set(judged.map((threshold) => threshold.metric + formatTags(threshold.tags)))];
  if (names.some((name) => name === metric)) return;
  const expected = names.length === 0 ? "a metric with a threshold, of which the scenario has none" : oneOf(names);
  throw invalidValue("--metric", metric, expected);
}

/** `kept`: the stored scenario, where the file would not give it again. */
function reproduceSearch(args: CapacityArguments, kept: string | undefined, seed: number): string {
  assert(args.scenario !== undefined, "a search has a scenario");
  // The seeds of simulated time are an option of the search.
  const [of, options] =
    args.virtual && args.seeds !== undefined ? [undefined, { ...args, seed: undefined }] : [seed, args];
  // What is kept has the changes already.
  const { set, threshold } = kept === undefined ? args : {};
  const run = reproduceCommand(kept ?? args.scenario, of, runArguments(options), {
    command: "capacity",
    set,
    threshold,
  });
  const own = (["seeds", "start-rate", "precision", "max-time", "metric"] as const).flatMap((name) => {
    const value = args[name];
    return value === undefined ? [] : [`--${name} ${quoteForShell(value)}`];
  });
  return [run, ...own].join(" ");
}
