/**
 * The directory of a run, `results/<run id>/`: summary.json, latency.hlog, scenario.yaml, the report (report.html, and
 * report.json, what its charts draw), beside the run.db that the database keeps there itself. A file is there whole or not at all, and summary.json is written last: a directory without one
 * belongs to a run that goes on or was cut off.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { cannotWrite, ResultsError } from "./results-error.js";
import { RUN_FILES } from "./run-files.js";
import { whySystemFailed } from "../vocabulary/index.js";
import { REPORT_DATA_VERSION, type ReportData } from "./data.js";
import { summarySchema, type Summary } from "./summary.js";

/** As `mkdir -p`. Node's own recursive mkdir never ends where a file system takes no new directories (/proc). */
function makeDirectories(path: string): void {
  if (existsSync(path)) return;
  makeDirectories(dirname(path));
  mkdirSync(path);
}

/** Makes `<root>/<runId>`, and `root` where it is missing. Returns its path. @throws ResultsError */
export function createRunDirectory(root: string, runId: string): string {
  const directory = join(root, runId);
  try {
    makeDirectories(root);
    mkdirSync(directory);
  } catch (error) {
    throw new ResultsError(`cannot make the results directory ${directory}: ${whySystemFailed(error)}`, {
      cause: error,
    });
  }
  return directory;
}

/** Removes the directory of a run that could not begin, with what is there of it. */
export function removeRunDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}

/**
 * Writes `data` to `path` so that, whatever happens, `path` is what it was or all of `data`: to a temporary file in the same
 * directory, synced, then renamed. On failure the temporary file is removed. @throws ResultsError
 */
export function writeAtomically(path: string, data: string | Uint8Array): void {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  let file: number;
  try {
    file = openSync(temporary, "w");
  } catch (error) {
    throw cannotWrite(path, error);
  }
  try {
    try {
      writeFileSync(file, data);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw cannotWrite(path, error);
  }
}

/** Reads a run's summary. @throws ResultsError when there is none, or it is none that this version can read */
export function readSummary(directory: string): Summary {
  const { path, content } = readVersioned(directory, RUN_FILES.summary, 1);
  const parsed = summarySchema.safeParse(content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ResultsError(`cannot read ${path}: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`, {
      cause: parsed.error,
    });
  }
  return parsed.data;
}

/** Reads what a run's report draws. @throws ResultsError when there is none, or it is of another version */
export function readReportData(directory: string): ReportData {
  return readVersioned(directory, RUN_FILES.reportData, REPORT_DATA_VERSION).content as ReportData;
}

function readVersioned(directory: string, file: string, readable: number): { path: string; content: unknown } {
  const path = join(directory, file);
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new ResultsError(
      `cannot read ${path}: ${error instanceof SyntaxError ? "it is not JSON" : whySystemFailed(error)}`,
      { cause: error },
    );
  }
  const version = z.object({ version: z.number() }).safeParse(content).data?.version;
  if (version !== undefined && version !== readable) {
    throw new ResultsError(`cannot read ${path}: it has version ${version}, this program reads version ${readable}`);
  }
  return { path, content };
}

export interface ListedRun {
  readonly runId: string;
  readonly directory: string;
  /** Absent when the run goes on or was cut off. */
  readonly summary?: Summary;
  /** Why the summary cannot be read, where it is there and cannot. */
  readonly problem?: string;
}

/** The runs under `root` in the order of their ids; none when `root` does not exist. @throws ResultsError */
export function listRuns(root: string): ListedRun[] {
  if (!existsSync(root)) return [];
  let names: string[];
  try {
    names = readdirSync(root).sort();
  } catch (error) {
    throw new ResultsError(`cannot list ${root}: ${whySystemFailed(error)}`, { cause: error });
  }
  const has = (directory: string, file: string): boolean => existsSync(join(directory, file));
  return names.flatMap((runId): ListedRun[] => {
    const directory = join(root, runId);
    if (!has(directory, RUN_FILES.summary)) return has(directory, RUN_FILES.database) ? [{ runId, directory }] : [];
    try {
      return [{ runId, directory, summary: readSummary(directory) }];
    } catch (error) {
      if (!(error instanceof ResultsError)) throw error;
      return [{ runId, directory, problem: error.message }];
    }
  });
}
