/**
 * A run on real threads, from the empty directory to the summary. The coordinator keeps the main thread: it starts the
 * others, drives the run's lifecycle (lifecycle.ts) and writes the summary.
 */
import { join } from "node:path";
import { measureFloor, type Floor } from "../../measure/floor/index.js";
import { busyWarning, watchMachine, type MachineWatch } from "../../measure/machine/index.js";
import { requireNativeModule, startWriter, type WriterHandle } from "../../../platform/db/index.js";
import { createRunDirectory, hasBegun, removeRunDirectory, RUN_FILES, type Summary } from "../../../results/index.js";
import { suspend, systemClock } from "../../../platform/sync/index.js";
import { finalizeRun } from "../finalize-run.js";
import type { FinishedRun } from "../finished-run.js";
import { runLifecycle, type RunEnd } from "../lifecycle.js";
import { ThreadsEngine, type ThreadsRun } from "./threads-engine.js";

/**
 * Runs the plan. Throws ResultsError or DatabaseError when the run's directory or database cannot be made or written,
 * and ThreadDiedError when a thread died. All threads have ended then, and a run that could not begin leaves no files.
 */
export async function runThreads(run: ThreadsRun): Promise<FinishedRun> {
  requireNativeModule();
  const directory = createRunDirectory(run.resultsRoot, run.runId);
  const databasePath = join(directory, RUN_FILES.database);
  const before = watchMachine({ now: () => systemClock.now() });
  try {
    const writer = await startWriter(databasePath, { create: true });
    try {
      return await runWith(run, directory, databasePath, writer, before);
    } finally {
      await writer.close().catch(() => undefined);
    }
  } catch (error) {
    if (!hasBegun(directory)) removeRunDirectory(directory);
    throw error;
  } finally {
    before.stop();
  }
}

async function runWith(
  run: ThreadsRun,
  directory: string,
  databasePath: string,
  writer: WriterHandle,
  before: MachineWatch,
): Promise<FinishedRun> {
  // Before the threads of the run start, which would disturb the measurement.
  const floor = run.served === undefined ? await measureFloor(directory) : undefined;
  const warning = busyWarning(before.stop().use);
  if (warning !== undefined) run.onWarning?.(warning);
  const engine = new ThreadsEngine(run, directory, databasePath, writer);
  try {
    const end = await suspend(runLifecycle(engine));
    return { summary: summarize(run, directory, engine, end, floor), directory };
  } catch (error) {
    await engine.dismissPeople();
    throw error;
  } finally {
    await engine.destroy();
  }
}

/** Adds the reports of the threads to the measurements, and writes the summary. */
function summarize(
  run: ThreadsRun,
  directory: string,
  engine: ThreadsEngine,
  end: RunEnd,
  floor: readonly Floor[] | undefined,
): Summary {
  const { collector } = engine;
  const { clients, io, tasks, injection, originMs, startedAt, processWatch, machineWatch, cpuWatch } = engine.started;
  const threads = [...clients.threads, ...tasks.threads];
  const threadReports = [...clients.reports(), ...tasks.reports()];
  for (const [index, { counts }] of threads.entries()) {
    // What a killed thread had counted since its last snapshot.
    if (threadReports[index] === undefined) collector.addCounters(counts.rest());
  }
  const reports = [...clients.reports(), ...io.reports(), ...tasks.reports()].filter((report) => report !== undefined);
  for (const { snapshot } of reports) collector.add(snapshot);
  const health = reports.map((report) => report.health);
  const machine = machineWatch.stop();
  const { ownCores, watchedMs } = machine.use;
  return finalizeRun({
    ...run,
    ...end,
    directory,
    engine: "threads",
    startedAt,
    originMs,
    collector,
    injection,
    machine,
    health: { process: processWatch.stop(), threads: health, cpu: cpuWatch.use(health, ownCores * watchedMs) },
    ...(floor !== undefined && { floor }),
    isServed: run.served !== undefined,
  });
}
