/** `simulate sweep --redis URL`: the seeds are run by worker processes; the summary is the same as alone. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { createRunDirectory, removeRunDirectory, RUN_FILES, writeAtomically } from "../../results/index.js";
import type { MailboxKind } from "../../platform/sync/index.js";
import { commandLine } from "../../vocabulary/index.js";
import type { RedisServer, SavedJob } from "../../distributed/index.js";
import { faultRatesFrom } from "./fault-options.js";
import { logUnless } from "./print.js";
import { interruptSignal } from "./interrupt.js";
import { jobDirectory, newJobId, refuseWithResume } from "./job-directory.js";
import { planFrom } from "./plan-options.js";
import { redisAddressFrom, refuseThreads, type Distributed } from "./redis-options.js";
import {
  asText,
  endOf,
  keepScenario,
  progressOf,
  report,
  requireThresholds,
  seedsFrom,
  warnOfSweep,
  type SweepArguments,
} from "./sweep-report.js";
import { SweepTally } from "./sweep-tally.js";
import { UsageError } from "./usage-error.js";

/** A job in its directory. */
interface OpenedJob {
  readonly saved: SavedJob;
  readonly directory: string;
}

export async function sweepOverRedis(args: SweepArguments): Promise<void> {
  const distributed = await import("../../distributed/index.js");
  const address = redisAddressFrom(args.redis, distributed);
  refuseThreads(args.threads);
  const log = logUnless(args.quiet);
  const { resume } = args;
  const prepared = resume === undefined ? await newJob(args, distributed) : resumedJob(args, resume, distributed);
  const server = await distributed.connectRedis(address, { what: "--redis", log });
  try {
    await runJob(prepared(), args, server, distributed, log);
  } finally {
    server.close();
  }
}

async function runJob(
  { saved, directory }: OpenedJob,
  args: SweepArguments,
  server: RedisServer,
  { runSweepJob, JOB_FILE, BLOCK_FILE }: Distributed,
  log: (line: string) => void,
): Promise<void> {
  const interrupt = interruptSignal();
  const tally = new SweepTally(saved.last - saved.first + 1, { thresholds: saved.options["thresholds"] === true });
  const progress = progressOf(tally, args.quiet);
  log(`job ${saved.id}: ${saved.title}`);
  const began = performance.now();
  const end = await runSweepJob(saved, {
    server,
    directory,
    stopOnFailure: saved.options["bail"] === true,
    interrupt,
    log,
    onResult(result) {
      tally.add(result);
      progress();
    },
  });
  // Also of a sweep that was resumed, whose file may have changed.
  const kept = join(directory, RUN_FILES.scenario);
  const ending = endOf(tally, {
    args: argumentsOf(saved),
    seconds: (performance.now() - began) / 1000,
    isStopped: end !== "complete",
    kept: existsSync(kept) ? kept : undefined,
  });
  const isSaved = tally.hasFailures || ending.isInterrupted;
  const file = isSaved ? join(directory, "sweep.json") : undefined;
  if (file !== undefined) writeAtomically(file, asText(tally, ending));
  if (file === undefined) removeRunDirectory(directory);
  else if (end === "complete") for (const name of [JOB_FILE, BLOCK_FILE]) rmSync(join(directory, name));
  report(tally, ending, { ...args, ...argumentsOf(saved), file });
  if (end === "cancelled") log(`job ${saved.id} was cancelled`);
  const resume = ["--resume", directory, "--redis", server.address.shown];
  if (end !== "complete") log(`to continue: ${commandLine("sweep", ...resume)}`);
}

/** Prepares a new job: returns what creates its directory, so that none is left when Redis is not reachable. */
async function newJob(args: SweepArguments, { sweepJob, writeJobFile }: Distributed): Promise<() => OpenedJob> {
  const seeds = seedsFrom(args.seeds);
  const { options, ...loaded } = await planFrom({ ...args, seed: undefined });
  if (args.thresholds) requireThresholds(loaded.scenario);
  warnOfSweep({ ...loaded, options }, seeds, args);
  const { scenario, workers, duration, mailbox, faults, thresholds, bail } = args;
  const changes = { set: listText(args.set), threshold: listText(args.threshold) };
  const given = { scenario, workers, duration, mailbox, faults, thresholds, bail, ...changes };
  const saved = sweepJob({
    id: newJobId(`sweep-${loaded.scenario.name}`),
    loaded,
    workers: options.workers,
    durationMs: options.durationMs,
    mailbox,
    faultRates: faultRatesFrom(faults),
    thresholds,
    seeds,
    options: Object.fromEntries(Object.entries(given).flatMap(([k, v]) => (v === undefined ? [] : [[k, v]]))),
  });
  return () => {
    const directory = createRunDirectory(args.results, saved.id);
    keepScenario(directory, loaded);
    writeJobFile(directory, saved);
    return { saved, directory };
  };
}

function resumedJob(args: SweepArguments, resume: string, distributed: Distributed): () => OpenedJob {
  const { scenario, workers, duration, seeds, faults, set, threshold } = args;
  const thresholds = args.thresholds || undefined;
  const strict = args.strict || undefined;
  const bail = args.bail || undefined;
  const mailbox = args.mailbox === "sound" ? undefined : args.mailbox;
  const options = { scenario, workers, duration, seeds, faults, set, threshold, thresholds, strict, bail, mailbox };
  refuseWithResume(options);
  const directory = jobDirectory(resume, args.results, distributed);
  const saved = distributed.readJobFile(directory);
  if (saved.kind !== "sweep")
    throw new UsageError(`${saved.id} is no sweep, but ${saved.title}: expected the id of a sweep`);
  return () => ({ saved, directory });
}

/** The options that the sweep was started with. */
function argumentsOf({ options }: SavedJob): Parameters<typeof endOf>[1]["args"] {
  const text = (name: string): string | undefined => {
    const value = options[name];
    return typeof value === "string" ? value : undefined;
  };
  return {
    scenario: text("scenario"),
    workers: text("workers"),
    duration: text("duration"),
    mailbox: (text("mailbox") ?? "sound") as MailboxKind,
    faults: text("faults"),
    set: listFrom(text("set")),
    threshold: listFrom(text("threshold")),
  };
}

/** The values of an option that may be repeated, as one that has a value of its own in the job's file. */
function listText(values: string | readonly string[] | undefined): string | undefined {
  return values === undefined ? undefined : JSON.stringify([values].flat());
}

/** What {@link listText} was made from. */
function listFrom(json: string | undefined): readonly string[] | undefined {
  return json === undefined ? undefined : z.array(z.string()).parse(JSON.parse(json));
}
