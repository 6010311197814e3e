/** The runs under a directory, in the order in which they were started. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isFinished, isRun, readRunRecord } from "./run-record.js";
import { readSummary } from "./results.js";
import { ResultsError } from "./results-error.js";
import type { Summary } from "./summary-schema.js";
import { whySystemFailed } from "../vocabulary/index.js";

export interface ListedRun {
  readonly runId: string;
  readonly directory: string;
  /** Absent when the run is still running or did not finish. */
  readonly summary?: Summary;
  /** Why the summary cannot be read; absent when it can, and when there is no summary. */
  readonly problem?: string;
}

/** The runs under `root`, in the order of their starts; none when `root` does not exist. @throws ResultsError */
export function listRuns(root: string): ListedRun[] {
  if (!existsSync(root)) return [];
  let names: string[];
  try {
    names = readdirSync(root).sort();
  } catch (error) {
    throw new ResultsError(`cannot list ${root}: ${whySystemFailed(error)}`, { cause: error });
  }
  return names
    .flatMap((runId) => runIn(join(root, runId), runId))
    .map((run) => ({ run, startMs: startOf(run) }))
    .sort((a, b) => a.startMs - b.startMs)
    .map(({ run }) => run);
}

/** The run in `directory`; none when it is not the directory of a run. */
function runIn(directory: string, runId: string): ListedRun[] {
  if (!isFinished(directory)) return isRun(directory) ? [{ runId, directory }] : [];
  const read = orProblem(() => readSummary(directory));
  return [
    read instanceof ResultsError ? { runId, directory, problem: read.message } : { runId, directory, summary: read },
  ];
}

/**
 * When the run started, ms since 1970: from its summary or its record; without these from its id, to the second; 0 when
 * the id has no time either.
 */
function startOf({ runId, directory, summary }: ListedRun): number {
  const recorded = summary ?? orProblem(() => readRunRecord(directory));
  const text = recorded === undefined || recorded instanceof ResultsError ? timeIn(runId) : recorded.startedAt;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? 0 : ms;
}

/** The time at the start of a run's id, in ISO 8601. */
function timeIn(runId: string): string {
  return runId.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)-.*$/, "$1-$2-$3T$4:$5:$6Z");
}

function orProblem<T>(read: () => T): T | ResultsError {
  try {
    return read();
  } catch (error) {
    if (error instanceof ResultsError) return error;
    throw error;
  }
}
