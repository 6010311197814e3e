/** Compares two single runs: prints a few figures, and writes a page that shows both runs side by side. */
import { join, relative } from "node:path";
import { compareReports, renderRunComparison, type ExcludedRun } from "../../report/index.js";
import { openPage } from "./open-page.js";
import { writePage, type PageArguments } from "./page-file.js";
import { colored } from "./terminal.js";
import { printLines, printText } from "./print.js";
import type { ScenarioRun } from "../../bench/index.js";

/** A finished run and its directory. */
export interface FinishedRunFiles extends ScenarioRun {
  readonly directory: string;
}

/** @throws ResultsError when the report of a run cannot be read, or the page cannot be written */
export async function compareRuns(
  a: FinishedRunFiles,
  b: FinishedRunFiles,
  excluded: readonly ExcludedRun[],
  args: PageArguments,
): Promise<void> {
  const text = compareReports(a.directory, b.directory, excluded);
  const page = writePage(args, join(b.directory, `compared-with-${a.summary.runId}.html`), text);
  printText(renderRunComparison(a.summary, b.summary, { color: colored(process.stdout) }));
  printLines("", `Side by side  ${relative("", page)}`);
  if (args.open) await openPage(page);
}
