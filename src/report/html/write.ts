/** Writes the files of a finished run, or its report alone, and the page that compares two runs. */
import { join } from "node:path";
import type { ReportData, Summary } from "../../results/index.js";
import {
  readReportData,
  readSummary,
  writeAtomically,
  writeTogether,
  type FileContent,
  RUN_FILES,
} from "../../results/index.js";
import { renderComparison, type ComparedRun } from "./comparison-page.js";
import { renderReport } from "./report-page.js";

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
  writeAtomically(path, renderReportOf(directory));
  return path;
}

/** The page of a finished run. @throws ResultsError when its summary or its chart data cannot be read */
export function renderReportOf(directory: string): string {
  return renderReport(readSummary(directory), readReportData(directory));
}

/** A page that shows two finished runs side by side, `before` as what is compared against. @throws ResultsError */
export function compareReports(before: string, after: string): string {
  const read = (directory: string): ComparedRun => ({
    summary: readSummary(directory),
    data: readReportData(directory),
  });
  return renderComparison(read(before), read(after));
}
