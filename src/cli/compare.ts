/** `simulate compare BASE CURRENT`: two results of `simulate bench`, or runs of a scenario, metric by metric. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { CommandModule } from "yargs";
import { checkAlike, figuresOfRuns, parseResult, ResultFormatError, UnlikeRunsError, type Figure } from "../bench/index.js";
import { listRuns, readSummary, ResultsError, RUN_FILES, type Summary } from "../report/index.js";
import { comparisonOptions, giveComparison, type ComparisonArguments } from "./comparison.js";
import { UsageError } from "./errors.js";
import { findRun, resultsOption } from "./run-directory.js";

interface Arguments extends ComparisonArguments {
  readonly base: string;
  readonly current: string;
  readonly results: string;
}

export const compareCommand: CommandModule<object, Arguments> = {
  command: "compare <base> <current>",
  describe: "Compare two results of simulate bench, or the runs of a scenario; exit 99 when something is slower",
  builder: (yargs) =>
    yargs
      .positional("base", { type: "string", demandOption: true, describe: "Before: a file of simulate bench --output, a run, or a directory with several runs" })
      .positional("current", { type: "string", demandOption: true, describe: "Now: the same" })
      .option("results", resultsOption)
      .options(comparisonOptions)
      .example("$0 compare results/baseline/bench.json now.json", "against the baseline that is kept with the sources")
      .example("$0 compare results/before results/after", "the runs under one directory with those under another"),
  handler: (args) => {
    const [base, current] = [read(args.base, args.results), read(args.current, args.results)];
    const [before, now] = [base.runs, current.runs];
    if ((before === undefined) !== (now === undefined)) throw new UsageError("a result of simulate bench cannot be compared with a run");
    if (before !== undefined && now !== undefined) attempt(() => checkAlike([...before, ...now]));
    giveComparison(base.figures, current.figures, false, args);
  },
};

interface Measured {
  readonly figures: readonly Figure[];
  /** Where the figures come from, if from runs. */
  readonly runs?: readonly Summary[];
}

function read(path: string, results: string): Measured {
  if (path !== "" && existsSync(path) && !statSync(path).isDirectory()) return readBench(path);
  const runs = readRuns(path, results);
  return { figures: figuresOfRuns(runs), runs };
}

function readBench(path: string): Measured {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(`${path}: cannot be read: ${(error as Error).message}`, { cause: error });
  }
  return { figures: attempt(() => parseResult(text, path).figures) };
}

/** One run, or all finished runs in a directory. */
function readRuns(path: string, results: string): Summary[] {
  const isFolder = existsSync(path) && !existsSync(join(path, RUN_FILES.summary)) && !existsSync(join(path, RUN_FILES.database));
  if (!isFolder) return [attempt(() => readSummary(findRun(path, results)))];
  const runs = listRuns(path).flatMap(({ summary }) => summary ?? []);
  if (runs.length === 0) throw new UsageError(`${path}: there is no finished run in it`);
  return runs;
}

/** What `act` gives; what is wrong with a file is wrong usage. */
function attempt<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if ([ResultFormatError, ResultsError, UnlikeRunsError].some((known) => error instanceof known)) throw new UsageError((error as Error).message, { cause: error });
    throw error;
  }
}
