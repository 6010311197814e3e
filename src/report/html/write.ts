/** Writes the files of a finished run; renders its report, and the page that compares two runs. */
import { join } from "node:path";
import { jsonText } from "../../vocabulary/index.js";
import type { ReportData, Summary } from "../../results/index.js";
import { readReportData, readSummary, writeTogether, type FileContent, RUN_FILES } from "../../results/index.js";
import type { ExcludedRun } from "../compared-runs.js";
import { renderComparison, type ComparedRun } from "./comparison-page.js";
import { renderReport } from "./report-page.js";

export interface RunFiles {
  readonly summary: Summary;
  /** The text of `latency.hlog` (`formatHlog`). */
  readonly hlog: string;
  /** The text of the scenario, with its comments. */
  readonly scenario: string;
  /** The data of the report's charts. */
  readonly report: ReportData;
}

/**
 * Writes a run's files into its directory, the summary last. No file appears before all of them are on the disk,
 * because the report contains the verdict too.
 * @throws ResultsError
 */
export function writeRun(directory: string, { summary, hlog, scenario, report }: RunFiles): void {
  const file = (name: string, data: string): FileContent => ({ path: join(directory, name), data });
  writeTogether([
    file(RUN_FILES.scenario, scenario),
    file(RUN_FILES.hlog, hlog),
    file(RUN_FILES.reportData, `${JSON.stringify(report)}\n`),
    file(RUN_FILES.report, renderReport(summary, report)),
    file(RUN_FILES.summary, jsonText(summary)),
  ]);
}

/**
 * Writes a summary again that tells what came of the run's outputs, and its report. Returns it.
 * @throws ResultsError
 */
export function noteOutputs(directory: string, summary: Summary): Summary {
  const file = (name: string, data: string): FileContent => ({ path: join(directory, name), data });
  writeTogether([
    file(RUN_FILES.report, renderReport(summary, readReportData(directory))),
    file(RUN_FILES.summary, jsonText(summary)),
  ]);
  return summary;
}

/** The page of a finished run. @throws ResultsError when its summary or its chart data cannot be read */
export function renderReportOf(directory: string): string {
  return renderReport(readSummary(directory), readReportData(directory));
}

/**
 * A page that shows two finished runs side by side, `before` as the base, and names the runs that were excluded from
 * the comparison.
 * @throws ResultsError
 */
export function compareReports(before: string, after: string, excluded: readonly ExcludedRun[] = []): string {
  const read = (directory: string): ComparedRun => ({
    summary: readSummary(directory),
    data: readReportData(directory),
  });
  return renderComparison(read(before), read(after), excluded);
}
