/** The coordinator of a sweep: seeds in, the results of the seeds out, in their order. */
import { basename } from "node:path";
import type { FaultRates } from "../../load/faults/index.js";
import { hasFailed, type RunResult } from "../../load/run/index.js";
import type { LoadedScenario } from "../../load/scenario/index.js";
import type { MailboxKind } from "../../platform/sync/index.js";
import { isModule } from "../../vocabulary/index.js";
import { requirementsHere } from "../compatibility.js";
import { coordinate, type JobEnd } from "../coordinator/coordinator.js";
import type { SavedJob } from "../coordinator/job-file.js";
import type { RedisServer } from "../connect-redis.js";
import type { Block } from "../messages.js";
import { digestOfFile } from "../modules.js";
import { hashOfFirst } from "./sweep-kind.js";
import { MAX_BLOCK_SEEDS, sweepResultSchema, type SweepSpec } from "./sweep-messages.js";

export interface SweepJobOptions {
  readonly id: string;
  readonly loaded: LoadedScenario;
  readonly workers?: number | undefined;
  readonly durationMs?: number | undefined;
  readonly mailbox: MailboxKind;
  readonly faultRates?: FaultRates | undefined;
  /** Whether the thresholds are evaluated. */
  readonly thresholds: boolean;
  readonly seeds: Block;
  /** The options of the command, for its resumption. */
  readonly options: SavedJob["options"];
}

/** What is published and saved of a sweep. @throws {DistributedError} when its module cannot be read */
export function sweepJob(sweep: SweepJobOptions): SavedJob {
  const { id, loaded, workers, durationMs, mailbox, faultRates, thresholds, seeds, options } = sweep;
  const { scenario, path, text } = loaded;
  const spec: SweepSpec = {
    scenario: { text, origin: basename(path) },
    workers,
    durationMs,
    mailbox,
    faultRates,
    thresholds: thresholds || undefined,
    firstSeed: seeds.first,
  };
  return {
    version: 1,
    id,
    kind: "sweep",
    title: `${scenario.name}, seeds ${seeds.first}..${seeds.last}`,
    requires: {
      ...requirementsHere(),
      planHash: hashOfFirst(scenario, spec),
      ...(isModule(path) && { module: { name: basename(path), digest: digestOfFile(path) } }),
    },
    spec,
    ...seeds,
    options,
  };
}

export interface SweepJobRun {
  readonly server: RedisServer;
  /** The directory of the job. */
  readonly directory: string;
  /** Ends with the first seed that fails: the lowest one. */
  readonly stopOnFailure: boolean;
  readonly interrupt: AbortSignal;
  readonly log: (line: string) => void;
  /** Called with the result of each seed, in the order of the seeds. */
  readonly onResult: (result: RunResult) => void;
}

/** Runs the seeds on worker processes. Resumes what the directory has. @throws {DistributedError} */
export async function runSweepJob(saved: SavedJob, run: SweepJobRun): Promise<JobEnd> {
  let failed = 0;
  return coordinate({
    ...run,
    saved,
    maxBlock: MAX_BLOCK_SEEDS,
    result: sweepResultSchema,
    fits: (results, block) =>
      results.length === block.last - block.first + 1 &&
      results.every(({ seed }, index) => seed === block.first + index),
    onResult(results) {
      for (const result of results) {
        run.onResult(result);
        if (hasFailed(result)) failed++;
        if (failed > 0 && run.stopOnFailure) return true;
      }
      return false;
    },
    failed: () => failed,
  });
}
