/** The public face of src/report: the summary of a run, its rendering, its directory, its verdict. */
export { benchmarkJson, type BenchmarkEntry } from "./ci/benchmark-json.js";
export { junitXml, type JUnitCase, type JUnitSuite } from "./ci/junit.js";
export { code, markdownTable, plain } from "./ci/markdown.js";
export { runBenchmarkJson, runJUnit, runMarkdown } from "./ci/run-outputs.js";
export type { Phase, ReportData, SlowAgent } from "./data.js";
export { renderRunComparison } from "./compare-terminal.js";
export { bar, formatCount, formatMs, formatShare, plural, sparkline } from "./format-figures.js";
export { buildReportData, type ReportInput, type StatusEvent } from "./html/build-data.js";
export {
  createRunDirectory,
  readReportData,
  readScenarioText,
  readSummary,
  removeRunDirectory,
  writeAtomically,
} from "./results.js";
export { listRuns, type ListedRun } from "./list-runs.js";
export { ResultsError, cannotWrite } from "./results-error.js";
export { quoteForShell } from "./quote-for-shell.js";
export { JOURNAL_FILES, RUN_FILES } from "./run-files.js";
export { formatObserved } from "./observed.js";
export { LATENCY_LABELS } from "./labels.js";
export { renderReport } from "./html/report-page.js";
export { compareReports, renderReportOf, writeReport, writeRun, type RunFiles } from "./html/write.js";
export { renderSequencePage, type SequencePage } from "./html/sequence-page.js";
export type { SequenceDiagram, SequenceArrow, SequenceBar, SequenceRow } from "./sequence-diagram.js";
export { renderProgress, renderProgressLine, type ProgressView } from "./live-terminal.js";
export { renderLive, renderLiveUpdate, renderFinalUpdate, type LiveView } from "./html/live-page.js";
export { acknowledgementLine, readAcknowledgements, type Acknowledgement } from "./acknowledgements.js";
export {
  hasBegun,
  readRunRecord,
  writeRunRecord,
  type RunRecord,
} from "./run-record.js";
export { buildSummary, summarySchema, type Summary, type SummaryInput, type TrendSummary } from "./summary.js";
export { renderSummary, type RenderOptions } from "./summary-terminal.js";
export { timeStamp, uniqueName, uniquePart } from "./unique-part.js";
export { whySystemFailed as describeFileError } from "../vocabulary/index.js";
export { exitCodeOf, judge, type Verdict } from "./verdict.js";
