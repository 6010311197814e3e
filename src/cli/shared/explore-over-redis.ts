/** `simulate explore --redis URL`: the schedules are sampled by worker processes; the counts are the same as alone. */
import { join } from "node:path";
import { existsSync } from "node:fs";
import { explore, type Exploration, type ProgramSource, type Session } from "../../explore/index.js";
import { createRunDirectory, removeRunDirectory } from "../../results/index.js";
import { assert } from "../../vocabulary/index.js";
import type { SavedJob } from "../../distributed/index.js";
import { SAMPLES, type ExploreArguments, type ExploreSettings } from "./explore-options.js";
import { logUnless } from "./print.js";
import { interruptSignal } from "./interrupt.js";
import { newJobId } from "./job-directory.js";
import { wholeNumber } from "./numeric-options.js";
import { redisAddressFrom, type Distributed } from "./redis-options.js";
import { UsageError } from "./usage-error.js";

/** How often the time limit is checked, ms. */
const LIMIT_CHECK_MS = 100;

/** An exploration that has ended, and why. */
export interface DrivenExploration {
  readonly exploration: Exploration;
  readonly stopped: "violation" | "covered" | "stopped" | "interrupted";
  /** The id of the job that goes on with it (`--resume`), of one that was stopped before its last schedule. */
  readonly job?: string;
}

/** Whether `--resume` is the id of a job, not a progress.json. */
export async function isJob(args: ExploreArguments): Promise<boolean> {
  return directoryOfJob(args, await import("../../distributed/index.js")) !== undefined;
}

/** The directory of the job that is resumed; undefined unless `--resume` is the id of one. */
function directoryOfJob({ resume, results }: ExploreArguments, { JOB_FILE }: Distributed): string | undefined {
  if (resume === undefined) return undefined;
  const directory = join(results, resume);
  return existsSync(join(directory, JOB_FILE)) ? directory : undefined;
}

/** Samples from the schedule `from` on. After a violation the failed schedule is the last execution of `session`. */
export async function exploreOverRedis(
  session: Session,
  source: ProgramSource,
  settings: ExploreSettings,
  args: ExploreArguments,
  from: number,
): Promise<DrivenExploration> {
  const { strategy } = settings;
  assert(strategy !== "exhaustive", "--redis applies to sampling strategies only");
  const distributed = await import("../../distributed/index.js");
  const address = redisAddressFrom(args.redis, distributed);
  const log = logUnless(args.quiet);
  const seconds = args.seconds === undefined ? Infinity : wholeNumber("seconds", args.seconds, 1);
  const resumed = directoryOfJob(args, distributed);
  const saved = savedJob({ ...settings, strategy }, source, args, { from, resumed }, distributed);
  const server = await distributed.connectRedis(address, { what: "--redis", log });
  const directory = resumed ?? createRunDirectory(args.results, saved.id);
  if (resumed === undefined) distributed.writeJobFile(directory, saved);
  const interrupt = interruptSignal();
  const limit = timeLimit(seconds);
  log(`job ${saved.id}: ${saved.title}`);
  try {
    const run = { server, directory, interrupt: AbortSignal.any([interrupt, limit.signal]), log };
    const { end, tally, violation, next } = await distributed.runExploreJob(saved, run);
    const isResumable = end !== "complete";
    if (!isResumable) removeRunDirectory(directory);
    if (violation !== undefined) execute(session, settings, violation);
    const exploration: Exploration = { next: () => undefined, tally, resumption: () => ({ from: next }) };
    if (violation !== undefined) return { exploration, stopped: "violation" };
    const isInterrupted = interrupt.aborted || end === "cancelled";
    return { exploration, stopped: isInterrupted ? "interrupted" : "stopped", ...(isResumable && { job: saved.id }) };
  } finally {
    limit.clear();
    server.close();
  }
}

/** Aborts its signal after `seconds`, which may be more than the 24 days of the longest timer. */
function timeLimit(seconds: number): { readonly signal: AbortSignal; clear(): void } {
  const limit = new AbortController();
  const end = performance.now() + seconds * 1000;
  const check = (): void => {
    if (performance.now() >= end) limit.abort();
  };
  const timer = seconds === Infinity ? undefined : setInterval(check, LIMIT_CHECK_MS);
  return { signal: limit.signal, clear: () => clearInterval(timer) };
}

/** The job of these settings, or the one that is resumed. @throws {UsageError} when the two differ */
function savedJob(
  settings: ExploreSettings & { readonly strategy: "pct" | "random" },
  source: ProgramSource,
  args: ExploreArguments,
  { from, resumed }: { readonly from: number; readonly resumed: string | undefined },
  { exploreJob, readJobFile }: Distributed,
): SavedJob {
  const { mailbox, strategy, seed, depth } = settings;
  const schedules = args.schedules === undefined ? SAMPLES : wholeNumber("schedules", args.schedules, 1);
  const saved = resumed === undefined ? undefined : readJobFile(resumed);
  // Of a job that began after those of a progress.json.
  const first = saved?.first ?? from;
  const job = exploreJob({
    id: newJobId(`explore-${source.name}-${mailbox}`),
    source,
    mailbox,
    strategy,
    seed,
    depth,
    maxSteps: wholeNumber("max-steps", args["max-steps"], 1),
    first,
    last: first + schedules - 1,
  });
  if (saved === undefined) return job;
  if (saved.title !== job.title || JSON.stringify(saved.spec) !== JSON.stringify(job.spec))
    throw new UsageError(`the options differ from those of the job ${saved.id}: expected those of ${saved.title}`);
  return saved;
}

/** Executes the schedule `index`, which failed in a worker process, here. */
function execute(session: Session, { strategy, seed, depth }: ExploreSettings, index: number): void {
  const problems = explore(session, { strategy, seed, depth, from: index }).next();
  if (problems === undefined || problems.length === 0)
    throw new UsageError(
      `program ${session.program.name}: schedule ${index} fails in a worker process and not here: ` +
        "expected a program that depends on nothing but its schedule",
    );
}
