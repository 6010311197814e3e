/**
 * `run.json`, which a run writes before the first worker arrives. With it and `acknowledgements.log`
 * (acknowledgements.ts), a run that did not finish can be examined.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readChecked, writeAtomically } from "./results.js";
import { ResultsError } from "./results-error.js";
import { JOURNAL_FILES, RUN_FILES } from "./run-files.js";
import { jsonText, textOf } from "../vocabulary/index.js";

/** The version of the format. */
const RUN_RECORD_VERSION = 1;

const runRecordSchema = z.object({
  version: z.literal(RUN_RECORD_VERSION),
  runId: z.string(),
  scenario: z.string(),
  seed: z.string(),
  /** Simulated workers planned. */
  workers: z.number(),
  /** The end of the plan, ms from the start of the run. */
  scheduleMs: z.number(),
  /** The start, ms on the run's clock, which the times in run.db use. */
  originMs: z.number(),
  /** Start, ISO 8601, UTC. */
  startedAt: z.string(),
  /** The command that reproduces the run. */
  reproduce: z.string(),
  /** The process of the run. */
  pid: z.number(),
  /** The target of a run over a network; absent for a platform of the process. */
  target: z.string().optional(),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

/** Writes the scenario, an empty acknowledgement log and the record of a run before it starts. @throws ResultsError */
export function writeRunRecord(directory: string, record: RunRecord, scenario: string): void {
  writeAtomically(join(directory, RUN_FILES.scenario), scenario);
  // The log comes before the record: a run that has a record but no log has lost the log.
  writeAtomically(join(directory, JOURNAL_FILES.acknowledgements), "");
  writeAtomically(join(directory, JOURNAL_FILES.run), jsonText(record));
}

/** Whether the run in `directory` has begun. Its record is the last file that is written before the start. */
export function hasBegun(directory: string): boolean {
  return existsSync(join(directory, JOURNAL_FILES.run));
}

/** Whether the run in `directory` finished: whether it has a summary, which can be damaged. */
export function isFinished(directory: string): boolean {
  return existsSync(join(directory, RUN_FILES.summary));
}

/** Whether `directory` is that of a run: a run over a network has no database, one that has not begun no record. */
export function isRun(directory: string): boolean {
  return isFinished(directory) || existsSync(join(directory, RUN_FILES.database)) || hasBegun(directory);
}

/** The record of the run in `directory`; undefined when the run had not begun. @throws ResultsError */
export function readRunRecord(directory: string): RunRecord | undefined {
  try {
    return readChecked(join(directory, JOURNAL_FILES.run), RUN_RECORD_VERSION, runRecordSchema);
  } catch (error) {
    if (error instanceof ResultsError && textOf(error.cause, "code") === "ENOENT") return undefined;
    throw error;
  }
}

/** Whether the process that carries out a run, by the id in its record, exists on this machine. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // A process of another user exists too.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
