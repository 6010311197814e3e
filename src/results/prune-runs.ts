/** Chooses the runs of a directory that are old enough to be removed. */
import { lstatSync } from "node:fs";
import type { ListedRun } from "./list-runs.js";
import { isRunning, readRunRecord } from "./run-record.js";
import { ResultsError } from "./results-error.js";
import { RUN_FILES } from "./run-files.js";

/** What is to become of a run. */
export interface PrunedRun {
  readonly runId: string;
  readonly directory: string;
  /** Why it is kept; undefined for a run that is to be removed. */
  readonly kept: string | undefined;
}

/** What {@link newRunId} makes. */
const RUN_ID = /^\d{8}T\d{6}-.+-\d+-[0-9a-f]{8}$/;

/**
 * The runs of `listRuns`, oldest first: the latest `keep` of them are kept, and so is a directory that somebody has
 * renamed (a baseline), a run that is still running, and whatever may not be a run.
 */
export function chooseRuns(runs: readonly ListedRun[], keep: number): PrunedRun[] {
  const judged = runs.map((run) => ({ run, why: whyKept(run) }));
  const candidates = judged.filter(({ why }) => why === undefined);
  const removed = new Set(candidates.slice(0, Math.max(0, candidates.length - keep)).map(({ run }) => run));
  return judged.map(({ run, why }) => ({
    runId: run.runId,
    directory: run.directory,
    kept: removed.has(run) ? undefined : (why ?? "it is one of the latest"),
  }));
}

/** Why a run is never removed, however old it is. */
function whyKept({ runId, directory, summary }: ListedRun): string | undefined {
  if (!RUN_ID.test(runId)) return "its directory has a name of its own";
  if (lstatSync(directory).isSymbolicLink()) return "it is a link";
  try {
    const record = readRunRecord(directory);
    const recorded = summary?.runId ?? record?.runId;
    if (recorded === undefined) return `it has neither a record nor a readable ${RUN_FILES.summary}`;
    if (recorded !== runId) return `it is a copy of ${recorded}`;
    if (summary === undefined && record !== undefined && isRunning(record.pid)) return "it is still running";
    return undefined;
  } catch (error) {
    if (!(error instanceof ResultsError)) throw error;
    return error.message;
  }
}
