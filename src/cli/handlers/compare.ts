/** `simulate compare BASE CURRENT`: two results of `simulate bench`, or runs of a scenario, metric by metric; two runs side by side, too. */
import { existsSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import {
  requireComparable,
  figuresOfRuns,
  parseResult,
  ResultFormatError,
  IncomparableRunsError,
  type Figure,
  type IncompleteMetric,
  type LeftOutRun,
} from "../../bench/index.js";
import { listRuns, readScenarioText, readSummary, ResultsError, RUN_FILES } from "../../results/index.js";
import { plural } from "../../vocabulary/index.js";
import { compareRuns, type FinishedRunFiles, type RunComparisonArguments } from "../shared/compare-runs.js";
import { reportComparison, type ComparisonArguments } from "../shared/report-comparison.js";
import { UsageError } from "../shared/usage-error.js";
import { checkWritable, readText } from "../shared/named-files.js";
import { namedOutputs } from "../shared/output-options.js";
import { tellLines } from "../shared/handle-closed-stdout.js";
import { findRun, isFinished } from "../shared/run-directory.js";
import { filesOfRun, refuseSameFile, type NamedFile } from "../shared/same-file.js";
import { inputName, STANDARD_INPUT } from "../shared/standard-input.js";

export interface CompareArguments extends ComparisonArguments, RunComparisonArguments {
  readonly base: string;
  readonly current: string;
}

export async function handler(args: CompareArguments): Promise<void> {
  const base = await read(args.base, args.results);
  const current = await read(args.current, args.results);
  const [before, now] = [base.runs, current.runs];
  if ((before === undefined) !== (now === undefined))
    throw new UsageError("a result of simulate bench cannot be compared with a run");
  if (before !== undefined && now !== undefined) attempt(() => requireComparable([...before, ...now]));
  const [[a, ...moreBefore], [b, ...moreNow]] = [before ?? [], now ?? []];
  const single = a !== undefined && b !== undefined && moreBefore.length + moreNow.length === 0;
  if (!single && (args.html !== undefined || args.open))
    throw new UsageError(
      `--${args.html === undefined ? "open" : "html"} is for two runs side by side: give one run each`,
    );
  const inputs = [...base.files, ...current.files];
  if (args.html !== undefined && args.html !== "") {
    refuseSameFile([...namedOutputs(args), { name: "--html", path: args.html }], inputs);
    checkWritable(args.html);
  }
  const leftOut = [...base.leftOut, ...current.leftOut];
  const incomplete = before && now && { base: base.incomplete, current: current.incomplete };
  // Of one run each no verdict can be had on anything.
  reportComparison(base.figures, current.figures, { printed: !single, inputs, leftOut, incomplete }, args);
  if (single) await compareRuns(a, b, args);
}

interface Measured {
  readonly figures: readonly Figure[];
  /** Metrics that only some of the runs have. */
  readonly incomplete: readonly IncompleteMetric[];
  /** What they were read from. */
  readonly files: readonly NamedFile[];
  /** Where the figures come from, if from runs. */
  readonly runs?: readonly FinishedRunFiles[];
  /** Runs that are beside them and have no results that can be read. */
  readonly leftOut: readonly LeftOutRun[];
}

async function read(path: string, results: string): Promise<Measured> {
  const isFile = path !== "" && existsSync(path) && !statSync(path).isDirectory();
  if (isFile || path === STANDARD_INPUT) return readBench(path);
  const { runs, leftOut } = readRuns(path, results);
  tellLeftOut(path, runs.length, leftOut);
  const files = runs.flatMap(({ directory }) => filesOfRun(directory));
  return { ...figuresOfRuns(runs.map(({ summary }) => summary)), files, runs, leftOut };
}

async function readBench(path: string): Promise<Measured> {
  const text = await readText(path);
  const name = inputName(path);
  const { figures } = attempt(() => parseResult(text, name));
  return { figures, incomplete: [], files: [{ name, path }], leftOut: [] };
}

/** One run, or all finished runs in a directory, and those that have no results that can be read. */
function readRuns(
  path: string,
  results: string,
): { readonly runs: readonly FinishedRunFiles[]; readonly leftOut: readonly LeftOutRun[] } {
  const isFolder =
    existsSync(path) && !existsSync(join(path, RUN_FILES.summary)) && !existsSync(join(path, RUN_FILES.database));
  if (!isFolder) return { runs: [attempt(() => readRun(findRun(path, results)))], leftOut: [] };
  const runs: FinishedRunFiles[] = [];
  const leftOut: LeftOutRun[] = [];
  for (const { directory } of listRuns(path)) {
    try {
      runs.push(readRun(directory));
    } catch (error) {
      if (!(error instanceof ResultsError)) throw error;
      leftOut.push({ directory, why: error.message });
    }
  }
  return { runs, leftOut };
}

/** @throws ResultsError when it has no results that can be read */
function readRun(directory: string): FinishedRunFiles {
  if (!isFinished(directory)) throw new ResultsError(`${directory} has no summary: the run goes on, or was cut off`);
  return { directory, summary: readSummary(directory), scenarioText: readScenarioText(directory) };
}

/** Names every run that is not compared. @throws UsageError when no other is left */
function tellLeftOut(path: string, finished: number, leftOut: readonly LeftOutRun[]): void {
  if (leftOut.length > 0)
    tellLines(
      `${path}: ${leftOut.length} of ${plural(finished + leftOut.length, "run")} cannot be compared and ${leftOut.length === 1 ? "is" : "are"} left out:`,
      ...leftOut.map(({ directory, why }) => `  ${basename(directory)}: ${why}`),
    );
  if (finished === 0) throw new UsageError(`${path}: there is no finished run in it`);
}

/** What `act` gives; what is wrong with a file is wrong usage. */
function attempt<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if ([ResultFormatError, ResultsError, IncomparableRunsError].some((known) => error instanceof known))
      throw new UsageError((error as Error).message, { cause: error });
    throw error;
  }
}
