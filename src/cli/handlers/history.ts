/** `simulate history DIR…`: reads many runs, prints where their figures changed, and writes one page. */
import { statSync } from "node:fs";
import { join, relative } from "node:path";
import { seriesOf, type DatedRun } from "../../bench/index.js";
import { renderHistory, renderHistoryPage } from "../../report/index.js";
import {
  findFinishedRuns,
  readScenarioText,
  readSummary,
  ResultsError,
  type RunHistory,
  type Summary,
} from "../../results/index.js";
import { openPage } from "../shared/open-page.js";
import { printJson, printLines, printText } from "../shared/print.js";
import { writePage } from "../shared/page-file.js";
import { lookOf } from "../shared/terminal.js";
import { UsageError } from "../shared/usage-error.js";

export interface HistoryArguments {
  readonly directories: readonly string[];
  readonly output?: string | undefined;
  readonly open: boolean;
  readonly json: boolean;
}

export async function handler(args: HistoryArguments): Promise<void> {
  const { directories } = args;
  const { runs, excluded } = readRuns(directories);
  if (runs.length === 0) {
    const why = excluded.map((run) => `${run.directory}: ${run.why}`);
    throw new UsageError([`there is no finished run in ${directories.join(", ")}`, ...why].join("; "));
  }
  const history: RunHistory = { series: seriesOf(runs), excluded };
  const path = args.output ?? join(directories[0] ?? "", "history.html");
  const page = writePage({ html: args.output, open: args.open }, path, renderHistoryPage(history, path));
  if (args.json) printJson(history);
  else {
    printText(renderHistory(history, lookOf(process.stdout)));
    printLines("", `History  ${relative("", page)}`);
  }
  if (args.open) await openPage(page);
}

/**
 * The runs of all directories, each once, and those that cannot be read or have no planned load.
 * @throws {UsageError} for what is no directory
 */
function readRuns(directories: readonly string[]): { runs: DatedRun[]; excluded: RunHistory["excluded"] } {
  const runs = new Map<string, DatedRun>();
  const excluded: { directory: string; why: string }[] = [];
  for (const directory of directories.flatMap(runsIn)) {
    try {
      const summary = readSummary(directory);
      if (isServed(summary)) {
        excluded.push({ directory, why: "a session of `simulate serve`: people make its load" });
        continue;
      }
      const known = runs.get(summary.runId);
      if (known === undefined)
        runs.set(summary.runId, { summary, directory, scenarioText: readScenarioText(directory) });
      else if (known.directory !== directory) excluded.push({ directory, why: `the same run as ${known.directory}` });
    } catch (error) {
      if (!(error instanceof ResultsError)) throw error;
      excluded.push({ directory, why: error.message });
    }
  }
  return { runs: [...runs.values()], excluded };
}

/** Whether people made the load: `simulate serve` notes it among the options. */
function isServed({ options }: Summary): boolean {
  return Object.hasOwn(options, "serve");
}

function runsIn(directory: string): string[] {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new UsageError(`there is no directory ${directory === "" ? '""' : directory}`);
  return findFinishedRuns(directory);
}
