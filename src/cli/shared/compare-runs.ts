/** What `simulate compare` does with two runs: a few figures here, the rest in a page that shows them side by side. */
import { join, relative } from "node:path";
import { compareReports, renderRunComparison } from "../../report/index.js";
import { writeAtomically } from "../../results/index.js";
import { writeText } from "./named-files.js";
import { openPage } from "./open-page.js";
import { colored } from "./terminal.js";
import { printLines, printText } from "./handle-closed-stdout.js";
import type { ScenarioRun } from "../../bench/index.js";

export interface RunComparisonArguments {
  readonly results: string;
  readonly html?: string | undefined;
  readonly open: boolean;
}

/** A run that left its results, and where. */
export interface FinishedRunFiles extends ScenarioRun {
  readonly directory: string;
}

const FEW = `One run each cannot tell a change from noise: simulate compare BEFORE AFTER, directories with several runs each, can.`;

/** @throws ResultsError when the report of one cannot be read, or the page cannot be written */
export async function compareRuns(
  a: FinishedRunFiles,
  b: FinishedRunFiles,
  { html, open }: RunComparisonArguments,
): Promise<void> {
  const isNamed = html !== undefined && html !== "";
  const page = isNamed ? html : join(b.directory, `compared-with-${a.summary.runId}.html`);
  const text = compareReports(a.directory, b.directory);
  if (isNamed) writeText(page, text);
  else writeAtomically(page, text);
  printText(renderRunComparison(a.summary, b.summary, { color: colored(process.stdout) }));
  printLines("", FEW, "", `Side by side  ${relative("", page)}`);
  if (open) await openPage(page);
}
