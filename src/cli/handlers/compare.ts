/** `simulate compare BASE CURRENT`: compares two results of `simulate bench`, or the runs of a scenario. */
import { existsSync, statSync } from "node:fs";
import { basename } from "node:path";
import {
  requireComparable,
  figuresOfRuns,
  parseResult,
  ResultFormatError,
  IncomparableRunsError,
  type Figure,
  type IncompleteMetric,
} from "../../bench/index.js";
import type { ExcludedRun } from "../../report/index.js";
import {
  isFinished,
  isRun,
  listRuns,
  readScenarioText,
  readSummary,
  reasonOf,
  ResultsError,
} from "../../results/index.js";
import { plural } from "../../vocabulary/index.js";
import { compareRuns, type FinishedRunFiles } from "../shared/compare-runs.js";
import { reportComparison, type ComparisonArguments } from "../shared/report-comparison.js";
import { UsageError } from "../shared/usage-error.js";
import { checkWritable, readText } from "../shared/named-files.js";
import { namedCiFiles } from "../shared/ci-files.js";
import { asksForPage, pageOutputs, type PageArguments } from "../shared/page-file.js";
import { logLines } from "../shared/print.js";
import { findRun } from "../shared/run-directory.js";
import { filesOfRun, refuseSameFile, type NamedFile } from "../shared/same-file.js";
import { inputName, STANDARD_INPUT } from "../shared/standard-input.js";

export interface CompareArguments extends ComparisonArguments, PageArguments {
  readonly base: string;
  readonly current: string;
  readonly results: string;
}

export async function handler(args: CompareArguments): Promise<void> {
  const base = await read(args.base, args.results);
  const current = await read(args.current, args.results);
  const [before, now] = [base.runs, current.runs];
  if ((before === undefined) !== (now === undefined))
    throw new UsageError("cannot compare a result of simulate bench with a run");
  if (before !== undefined && now !== undefined) attempt(() => requireComparable([...before, ...now]));
  const [[a, ...moreBefore], [b, ...moreNow]] = [before ?? [], now ?? []];
  const single = a !== undefined && b !== undefined && moreBefore.length + moreNow.length === 0;
  if (!single && asksForPage(args))
    throw new UsageError(`--${args.html === undefined ? "open" : "html"} requires one run on each side`);
  const inputs = [...base.files, ...current.files];
  const pages = pageOutputs(args);
  refuseSameFile([...namedCiFiles(args), ...pages], inputs);
  for (const { path } of pages) checkWritable(path);
  const excluded = [...base.excluded, ...current.excluded];
  const incomplete = before && now && { base: base.incomplete, current: current.incomplete };
  const runs = before && now && { sides: { before: before.length, now: now.length }, doubts: doubtsOf(before, now) };
  // One run on each side gives no verdict.
  const options = { printed: !single, inputs, runs: { ...runs, excluded }, incomplete };
  reportComparison(base.figures, current.figures, options, args);
  if (single) await compareRuns(a, b, excluded, args);
}

/** The runs that are inconclusive, and why. Only a run that is named by itself is not left out. */
function doubtsOf(...sides: readonly (readonly FinishedRunFiles[])[]): string[] {
  return sides.flat().flatMap(({ summary: { runId, verdict } }) => {
    return verdict.outcome === "inconclusive" ? [`${runId} is inconclusive: ${reasonOf(verdict)}`] : [];
  });
}

interface Measured {
  readonly figures: readonly Figure[];
  /** The metrics that only some of the runs have. */
  readonly incomplete: readonly IncompleteMetric[];
  /** The files that were read. */
  readonly files: readonly NamedFile[];
  /** The runs of the figures; absent for a result of `simulate bench`. */
  readonly runs?: readonly FinishedRunFiles[];
  /** The runs in the same directory whose results cannot be read, and those that are inconclusive. */
  readonly excluded: readonly ExcludedRun[];
}

async function read(path: string, results: string): Promise<Measured> {
  const isFile = path !== "" && existsSync(path) && !statSync(path).isDirectory();
  if (isFile || path === STANDARD_INPUT) return readBench(path);
  const { runs, excluded } = readRuns(path, results);
  logExcluded(path, runs.length, excluded);
  const files = runs.flatMap(({ directory }) => filesOfRun(directory));
  return { ...figuresOfRuns(runs.map(({ summary }) => summary)), files, runs, excluded };
}

async function readBench(path: string): Promise<Measured> {
  const text = await readText(path);
  const name = inputName(path);
  const { figures } = attempt(() => parseResult(text, name));
  return { figures, incomplete: [], files: [{ name, path }], excluded: [] };
}

/**
 * One run; or all finished runs in a directory without the inconclusive ones, whose latencies are the machine's, and
 * the runs that were left out.
 */
function readRuns(path: string, results: string): Required<Pick<Measured, "runs" | "excluded">> {
  if (!existsSync(path) || isRun(path)) return { runs: [attempt(() => readRun(findRun(path, results)))], excluded: [] };
  const runs: FinishedRunFiles[] = [];
  const excluded: ExcludedRun[] = [];
  for (const { directory } of listRuns(path)) {
    try {
      const run = readRun(directory);
      const { verdict } = run.summary;
      if (verdict.outcome !== "inconclusive") runs.push(run);
      else excluded.push({ directory, why: `inconclusive: ${reasonOf(verdict)}` });
    } catch (error) {
      if (!(error instanceof ResultsError)) throw error;
      excluded.push({ directory, why: error.message });
    }
  }
  return { runs, excluded };
}

/** @throws ResultsError when the run has no results, or they cannot be read */
function readRun(directory: string): FinishedRunFiles {
  if (!isFinished(directory))
    throw new ResultsError(`${directory} has no summary: the run is still running, or did not finish`);
  return { directory, summary: readSummary(directory), scenarioText: readScenarioText(directory) };
}

/** Names every excluded run. @throws UsageError when no run remains */
function logExcluded(path: string, finished: number, excluded: readonly ExcludedRun[]): void {
  if (excluded.length > 0)
    logLines(
      `${path}: excluded from the comparison: ${excluded.length} of ${plural(finished + excluded.length, "run")}:`,
      ...excluded.map(({ directory, why }) => `  ${basename(directory)}: ${why}`),
    );
  if (finished === 0) throw new UsageError(`${path}: there is no finished run in it that can be compared`);
}

/** The result of `act`. An error that the content of a file causes is wrong usage. */
function attempt<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if ([ResultFormatError, ResultsError, IncomparableRunsError].some((known) => error instanceof known))
      throw new UsageError((error as Error).message, { cause: error });
    throw error;
  }
}
