/**
 * The trials of a search for a capacity under simulated time: each rate with several seeds, in this process or in the
 * worker processes at a Redis. The outcomes are the same.
 */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { judgeSeeds } from "../../load/capacity/index.js";
import { hasFailed, sweepSeeds, type RunResult } from "../../load/run/index.js";
import { CAPACITY_FILES, createRunDirectory } from "../../results/index.js";
import { plural } from "../../vocabulary/index.js";
import type { RedisServer, SavedJob } from "../../distributed/index.js";
import type { ChosenSearch, SimulatedTrials } from "./chosen-search.js";
import { logLines } from "./print.js";
import { redisAddressFrom, type Distributed } from "./redis-options.js";
import type { Trials } from "./trials.js";

/**
 * Runs the seeds of a rate. Results up to the lowest seed that fails are enough; undefined when `interrupt` ended it.
 */
type RunSeeds = (workers: number, interrupt: AbortSignal) => Promise<readonly RunResult[] | undefined>;

/** @throws {UsageError} {@link DistributedError} when Redis cannot be used */
export async function openSimulatedTrials(
  search: ChosenSearch,
  simulated: SimulatedTrials,
  isShown: boolean,
): Promise<Trials> {
  const { metric } = search.identity.search;
  const judged =
    (runSeeds: RunSeeds): Trials["run"] =>
    async (workers, interrupt) => {
      const results = await runSeeds(workers, interrupt);
      return results && judgeSeeds(results, metric ?? undefined);
    };
  // With a metric, a seed that misses another threshold does not decide.
  const stopOnFailure = metric === null;
  const { redis } = simulated;
  if (redis === undefined) return { run: judged(seedsHere(simulated, stopOnFailure)), close: () => undefined };
  const distributed = await import("../../distributed/index.js");
  const log = isShown ? onceEach(logLines) : () => undefined;
  const server = await distributed.connectRedis(redisAddressFrom(redis, distributed), { what: "--redis", log });
  const job = { distributed, server, stopOnFailure, log };
  return { run: judged(seedsOverRedis(search, simulated, job)), close: () => server.close() };
}

function seedsHere({ chosen, mailbox, seeds }: SimulatedTrials, stopOnFailure: boolean): RunSeeds {
  const { scenario, options, threads, faultRates } = chosen;
  return async (workers, interrupt) => {
    const results: RunResult[] = [];
    await sweepSeeds({
      request: { scenario, mailbox, faultRates, thresholds: true },
      planOptions: { ...options, workers },
      ...{ seeds, threads, stopOnFailure, interrupt },
      onResult: (result) => results.push(result),
    });
    return isEnough(results, seeds, stopOnFailure) ? results : undefined;
  };
}

interface TrialJobs {
  readonly distributed: Distributed;
  readonly server: RedisServer;
  readonly stopOnFailure: boolean;
  readonly log: (line: string) => void;
}

/** A trial is a job of its own. One that was stopped is continued by the search that is resumed. */
function seedsOverRedis(
  search: ChosenSearch,
  simulated: SimulatedTrials,
  { distributed, server, stopOnFailure, log }: TrialJobs,
): RunSeeds {
  const { runSweepJob, readJobFile, writeJobFile, JOB_FILE } = distributed;
  const runs = join(search.directory, CAPACITY_FILES.runs);
  return async (workers, interrupt) => {
    const job = jobOf(search, simulated, workers, distributed);
    const directory = join(runs, job.id);
    if (!existsSync(join(directory, JOB_FILE))) {
      // Of a search that was killed before it could write the file.
      rmSync(directory, { recursive: true, force: true });
      createRunDirectory(runs, job.id);
      writeJobFile(directory, job);
    }
    const results: RunResult[] = [];
    const end = await runSweepJob(readJobFile(directory), {
      ...{ server, directory, stopOnFailure, interrupt, log },
      onResult: (result) => results.push(result),
    });
    if (end === "complete" || end === "cancelled") rmSync(directory, { recursive: true });
    if (end === "cancelled") log(`job ${job.id} was cancelled`);
    return end === "complete" ? results : undefined;
  };
}

function jobOf(
  { identity }: ChosenSearch,
  { chosen, mailbox, seeds }: SimulatedTrials,
  workers: number,
  { sweepJob }: Distributed,
): SavedJob {
  const { options, faultRates, ...loaded } = chosen;
  const { durationMs } = options;
  const id = `${identity.searchId}-${workers}`;
  const job = sweepJob({ id, loaded, workers, durationMs, mailbox, faultRates, thresholds: true, seeds, options: {} });
  return { ...job, title: `capacity of ${job.title}, ${plural(workers, "worker")}` };
}

/** Whether all seeds were run, or those up to one that decides. */
function isEnough(
  results: readonly RunResult[],
  { first, last }: SimulatedTrials["seeds"],
  stopOnFailure: boolean,
): boolean {
  return results.length === last - first + 1 || (stopOnFailure && results.some(hasFailed));
}

/** Each trial is a job, whose lines are mostly those of the one before. */
function onceEach(log: (line: string) => void): (line: string) => void {
  const logged = new Set<string>();
  return (line) => {
    if (!logged.has(line)) log(line);
    logged.add(line);
  };
}
