/**
 * What a run leaves behind from its beginning on, so that one that is cut off can still be told about: `run.json`, written before
 * the first worker arrives, and `acknowledgements.log` (acknowledgements.ts).
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeAtomically } from "./results.js";
import { cannotRead } from "./results-error.js";
import { JOURNAL_FILES, RUN_FILES } from "./run-files.js";
import { whySystemFailed } from "../vocabulary/index.js";

const runRecordSchema = z.object({
  /** The version of this layout. */
  version: z.literal(1),
  runId: z.string(),
  scenario: z.string(),
  seed: z.string(),
  /** Simulated workers planned. */
  workers: z.number(),
  /** When the plan has nothing more to bring about, ms from the start of the run. */
  scheduleMs: z.number(),
  /** When the run started, ms on the run's clock, as the times in run.db are. */
  originMs: z.number(),
  /** Start, ISO 8601, UTC. */
  startedAt: z.string(),
  /** The command that runs this again. */
  reproduce: z.string(),
  /** The process that carries the run out. */
  pid: z.number(),
  /** The target of a run over a network; absent for a platform of the process. */
  target: z.string().optional(),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

/** Writes the record and the scenario of a run that is about to start, and a log without acknowledgements. @throws ResultsError */
export function writeRunRecord(directory: string, record: RunRecord, scenario: string): void {
  writeAtomically(join(directory, RUN_FILES.scenario), scenario);
  // Before the record: a run that has begun and has no log has lost it.
  writeAtomically(join(directory, JOURNAL_FILES.acknowledgements), "");
  writeAtomically(join(directory, JOURNAL_FILES.run), `${JSON.stringify(record, null, 2)}\n`);
}

/** Whether the run in `directory` has begun: the last thing before its start is its record. */
export function hasBegun(directory: string): boolean {
  return existsSync(join(directory, JOURNAL_FILES.run));
}

/** The record of the run in `directory`; undefined when there is none: the run had not begun. @throws ResultsError when it cannot be read */
export function readRunRecord(directory: string): RunRecord | undefined {
  const path = join(directory, JOURNAL_FILES.run);
  try {
    return runRecordSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    const why =
      error instanceof SyntaxError
        ? "it is not JSON"
        : error instanceof z.ZodError
          ? "it is not the record of a run"
          : whySystemFailed(error);
    throw cannotRead(path, why, error);
  }
}
