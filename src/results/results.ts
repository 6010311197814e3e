/**
 * The directory of a run, `results/<run id>/`: summary.json, latency.hlog, scenario.yaml, report.html and report.json,
 * the data of its charts. The database keeps run.db there. Each file is written completely or not at all. summary.json
 * is written last: a directory without it belongs to a run that is still running or did not finish.
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { cannotRead, ResultsError, withWriteErrors } from "./results-error.js";
import { readText } from "./read-text.js";
import { RUN_FILES } from "./run-files.js";
import { at, whySystemFailed } from "../vocabulary/index.js";
import { uniquePart } from "./unique-part.js";
import { REPORT_DATA_VERSION, type ReportData } from "./data.js";
import { reportDataSchema } from "./data-schema.js";
import { SUMMARY_VERSION, summarySchema, type Summary } from "./summary-schema.js";

/** As `mkdir -p`. Node's recursive mkdir does not return for a file system that refuses new directories (/proc). */
function makeDirectories(path: string): void {
  if (existsSync(path)) return;
  makeDirectories(dirname(path));
  mkdirSync(path);
}

/** Creates `<root>/<runId>`, and `root` when it is missing. Returns its path. @throws ResultsError */
export function createRunDirectory(root: string, runId: string): string {
  const directory = join(root, runId);
  try {
    makeDirectories(root);
    mkdirSync(directory);
  } catch (error) {
    throw new ResultsError(`cannot create the results directory ${directory}: ${whySystemFailed(error)}`, {
      cause: error,
    });
  }
  return directory;
}

/** Removes the directory of a run that could not start, with its files. */
export function removeRunDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}

/**
 * Writes `data` to `path` atomically: to a temporary file in the same directory, which is synced and renamed. A link at
 * `path` is replaced, not followed. The temporary file is created exclusively, so that a link in its place is not
 * followed either. It is removed on failure.
 * @throws ResultsError
 */
export function writeAtomically(path: string, data: string | Uint8Array): void {
  writeTogether([{ path, data }]);
}

export interface FileContent {
  readonly path: string;
  readonly data: string | Uint8Array;
}

/**
 * As {@link writeAtomically} for several files: all of them are on the disk before the first is renamed. They are
 * renamed in the given order.
 * @throws ResultsError
 */
export function writeTogether(files: readonly FileContent[]): void {
  const part = uniquePart();
  const temporaryOf = (path: string): string => join(dirname(path), `.${basename(path)}.${part}.tmp`);
  const written: string[] = [];
  try {
    for (const { path, data } of files) {
      const temporary = temporaryOf(path);
      withWriteErrors(path, () => writeSynced(temporary, data));
      written.push(temporary);
    }
    for (const { path } of files) withWriteErrors(path, () => renameSync(temporaryOf(path), path));
  } catch (error) {
    for (const temporary of written) rmSync(temporary, { force: true });
    throw error;
  }
}

/** Writes a new file to the disk. Removes it when that fails. */
function writeSynced(path: string, data: string | Uint8Array): void {
  const file = openSync(path, "wx");
  try {
    try {
      writeFileSync(file, data);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
}

/**
 * Reads a run's summary.
 * @throws ResultsError when it is missing, damaged, or of another version
 *
 * @example
 * ```ts
 * import { readSummary, runScenario } from "crowdstorm";
 *
 * const { directory } = await runScenario("steady", { engine: "virtual", workers: 20 });
 * const { counters, invariants } = readSummary(directory);
 * console.log(counters.live_updates_sent === counters.live_updates_taken); // true
 * console.log(invariants.every(({ held }) => held)); // true
 * ```
 */
export function readSummary(directory: string): Summary {
  return readChecked(join(directory, RUN_FILES.summary), SUMMARY_VERSION, summarySchema);
}

/** Reads the text of the scenario that a run executed. @throws ResultsError when it cannot be read */
export function readScenarioText(directory: string): string {
  return readText(join(directory, RUN_FILES.scenario));
}

/** Reads the data of a run's charts. @throws ResultsError when it is missing, damaged, or of another version */
export function readReportData(directory: string): ReportData {
  return readChecked(join(directory, RUN_FILES.reportData), REPORT_DATA_VERSION, reportDataSchema);
}

/** Reads JSON of this version. @throws ResultsError when it is missing, damaged, or of another version */
export function readChecked<T>(path: string, readable: number, schema: z.ZodType<T>): T {
  const content = parseJson(path, readText(path));
  const version = z.object({ version: z.number() }).safeParse(content).data?.version;
  if (version !== undefined && version !== readable)
    throw cannotRead(path, `it has version ${version}, this program reads version ${readable}`);
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw cannotRead(path, firstIssue(parsed.error), parsed.error);
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw cannotRead(path, "it is not JSON", error);
  }
}

/** The first problem that a schema found, as one line: `figures.0.rounds: Too small`. */
export function firstIssue({ issues }: z.ZodError): string {
  const { path, message } = at(issues, 0);
  return [...(path.length === 0 ? [] : [path.join(".")]), message].join(": ");
}
