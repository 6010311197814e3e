/** The runs under a directory, in the order in which they were started. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readRunRecord } from "./run-record.js";
import { readSummary } from "./results.js";
import { ResultsError } from "./results-error.js";
import { RUN_FILES } from "./run-files.js";
import type { Summary } from "./summary.js";
import { whySystemFailed } from "../vocabulary/index.js";

export interface ListedRun {
  readonly runId: string;
  readonly directory: string;
  /** Absent when the run goes on or was cut off. */
  readonly summary?: Summary;
  /** Why the summary cannot be read, where it is there and cannot. */
  readonly problem?: string;
}

/** The runs under `root`, the one that was started first first; none when `root` does not exist. @throws ResultsError */
export function listRuns(root: string): ListedRun[] {
  if (!existsSync(root)) return [];
  let names: string[];
  try {
    names = readdirSync(root).sort();
  } catch (error) {
    throw new ResultsError(`cannot list ${root}: ${whySystemFailed(error)}`, { cause: error });
  }
  return names
    .flatMap((runId) => lookAt(runId, join(root, runId)))
    .map((run) => ({ run, startMs: startOf(run) }))
    .sort((a, b) => a.startMs - b.startMs)
    .map(({ run }) => run);
}

function lookAt(runId: string, directory: string): ListedRun[] {
  const has = (file: string): boolean => existsSync(join(directory, file));
  if (!has(RUN_FILES.summary)) return has(RUN_FILES.database) ? [{ runId, directory }] : [];
  const read = orProblem(() => readSummary(directory));
  return [
    read instanceof ResultsError ? { runId, directory, problem: read.message } : { runId, directory, summary: read },
  ];
}

/** When the run was started, ms since 1970: as it recorded it itself, or as its id says, which has only the second; 0 when neither does. */
function startOf({ runId, directory, summary }: ListedRun): number {
  const recorded = summary ?? orProblem(() => readRunRecord(directory));
  const text = recorded === undefined || recorded instanceof ResultsError ? timeIn(runId) : recorded.startedAt;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? 0 : ms;
}

/** The time at the start of a run's id, as ISO 8601 writes it. */
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
