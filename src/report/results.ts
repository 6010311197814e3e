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
import { whyFileFailed } from "./why-file-failed.js";
import { REPORT_DATA_VERSION, type ReportData } from "./data.js";
import { renderComparison, type ComparedRun } from "./html/compare.js";
import { renderReport } from "./html/report.js";
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
    throw new ResultsError(`cannot make the results directory ${directory}: ${whyFileFailed(error)}`, { cause: error });
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
  writeTogether([{ path, data }]);
}

interface FileContent {
  readonly path: string;
  readonly data: string | Uint8Array;
}

/**
 * As {@link writeAtomically} for several files: no path changes before the content of all of them is on the disk. They are
 * renamed in their order. @throws ResultsError
 */
function writeTogether(files: readonly FileContent[]): void {
  const temporaryOf = (path: string): string => join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    for (const { path, data } of files) orCannotWrite(path, () => writeSynced(temporaryOf(path), data));
    for (const { path } of files) orCannotWrite(path, () => renameSync(temporaryOf(path), path));
  } catch (error) {
    for (const { path } of files) rmSync(temporaryOf(path), { force: true });
    throw error;
  }
}

function writeSynced(path: string, data: string | Uint8Array): void {
  const file = openSync(path, "w");
  try {
    writeFileSync(file, data);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function orCannotWrite(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

export interface RunFiles {
  readonly summary: Summary;
  /** The text of `latency.hlog` (`formatHlog`). */
  readonly hlog: string;
  /** The scenario as it was read, comments and all. */
  readonly scenario: string;
  /** What the report draws. */
  readonly report: ReportData;
}

/**
 * Writes a run's files into its directory, the summary last. None appears before there is room for all: the report has the
 * verdict, too. @throws ResultsError
 */
export function writeRun(directory: string, { summary, hlog, scenario, report }: RunFiles): void {
  const file = (name: string, data: string): FileContent => ({ path: join(directory, name), data });
  writeTogether([
    file(RUN_FILES.scenario, scenario),
    file(RUN_FILES.hlog, hlog),
    file(RUN_FILES.reportData, `${JSON.stringify(report)}\n`),
    file(RUN_FILES.report, renderReport(summary, report)),
    file(RUN_FILES.summary, `${JSON.stringify(summary, null, 2)}\n`),
  ]);
}

/**
 * Writes the report of a finished run anew from its summary and its chart data, for one written by another version, or lost.
 * Returns its path. @throws ResultsError
 */
export function writeReport(directory: string): string {
  const path = join(directory, RUN_FILES.report);
  writeAtomically(path, renderReport(readSummary(directory), readReportData(directory)));
  return path;
}

/** A page that shows two finished runs side by side, `before` as what is compared against. @throws ResultsError */
export function compareReports(before: string, after: string): string {
  const read = (directory: string): ComparedRun => ({
    summary: readSummary(directory),
    data: readReportData(directory),
  });
  return renderComparison(read(before), read(after));
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

/** Reads the scenario that a run carried out, as it was written. @throws ResultsError when it cannot be read */
export function readScenarioText(directory: string): string {
  const path = join(directory, RUN_FILES.scenario);
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new ResultsError(`cannot read ${path}: ${whyFileFailed(error)}`, { cause: error });
  }
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
      `cannot read ${path}: ${error instanceof SyntaxError ? "it is not JSON" : whyFileFailed(error)}`,
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
    throw new ResultsError(`cannot list ${root}: ${whyFileFailed(error)}`, { cause: error });
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
