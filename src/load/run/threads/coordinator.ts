/**
 * A run on real threads, from the empty directory to the summary. The coordinator keeps the main thread: it starts the
 * others, drives the run's lifecycle (lifecycle.ts) and writes the summary.
 */
import { join } from "node:path";
import { measureFloor, type Floor } from "../../measure/floor/index.js";
import { startWriter, type WriterHandle } from "../../../platform/db/index.js";
import { createRecorder } from "../../measure/index.js";
import { createRunDirectory, hasBegun, removeRunDirectory, RUN_FILES, type Summary } from "../../../results/index.js";
import { suspend } from "../../../platform/sync/index.js";
import { finalizeRun } from "../finalize-run.js";
import type { FinishedRun } from "../finished-run.js";
import { lossesOf } from "../../faults/index.js";
import { runLifecycle, type RunEnd } from "../lifecycle.js";
import { recordLostWorkers, recordRest } from "./killed-counts.js";
import { ThreadsEngine, type ThreadsRun } from "./threads-engine.js";

/**
 * Runs the plan. Throws ResultsError or DatabaseError when the run's directory or database cannot be made or written, and
 * ThreadDiedError when a thread died; no thread is left behind in any case, nor is anything of a run that could not begin.
 */
export async function runThreads(run: ThreadsRun): Promise<FinishedRun> {
  const directory = createRunDirectory(run.resultsRoot, run.runId);
  const databasePath = join(directory, RUN_FILES.database);
  try {
    const writer = await startWriter(databasePath, { create: true });
    try {
      return await runWith(run, directory, databasePath, writer);
    } finally {
      await writer.close().catch(() => undefined);
    }
  } catch (error) {
    if (!hasBegun(directory)) removeRunDirectory(directory);
    throw error;
  }
}

async function runWith(
  run: ThreadsRun,
  directory: string,
  databasePath: string,
  writer: WriterHandle,
): Promise<FinishedRun> {
  // Before the run has threads of its own, which would disturb the measurement.
  const floor = await measureFloor(directory);
  const engine = new ThreadsEngine(run, directory, databasePath, writer);
  try {
    const end = await suspend(runLifecycle(engine));
    return { summary: summarize(run, directory, engine, end, floor), directory };
  } finally {
    await engine.destroy();
  }
}

/** Adds what is known of the threads to the measurements, and writes the summary. */
function summarize(
  run: ThreadsRun,
  directory: string,
  engine: ThreadsEngine,
  end: RunEnd,
  floor: readonly Floor[],
): Summary {
  const { plan } = run;
  const { collector } = engine;
  const { clients, io, tasks, injection, originMs, startedAt, processWatch } = engine.started;
  const rest = createRecorder({ thread: "killed", originMs });
  const clientReports = clients.reports();
  const threadReports = [...clientReports, ...tasks.reports()];
  recordRest([...clients.threads, ...tasks.threads], threadReports, rest);
  const lostWorkers = recordLostWorkers(clients.threads, clientReports, plan.workers, rest);
  collector.add(rest.take());
  const reports = [...clientReports, ...io.reports(), ...tasks.reports()].filter((report) => report !== undefined);
  for (const { snapshot } of reports) collector.add(snapshot);
  return finalizeRun({
    ...run,
    ...end,
    directory,
    engine: "threads",
    startedAt,
    originMs,
    collector,
    ...(plan.faults !== undefined &&
      plan.faults.length > 0 && {
        injected: {
          ...injection,
          allowanceMs: injection.allowanceMs,
          losses: lossesOf(injection, end.evidence),
          lostWorkers,
        },
      }),
    health: { process: processWatch.stop(), threads: reports.map(({ health }) => health) },
    floor,
  });
}
