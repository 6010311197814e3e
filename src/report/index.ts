/** The public face of src/report: the summary of a run, its rendering, its directory, its verdict. */
export { benchmarkJson, type BenchmarkEntry } from "./ci/benchmark-json.js";
export { junitXml, type JUnitCase, type JUnitSuite } from "./ci/junit.js";
export { code, markdownTable, plain } from "./ci/markdown.js";
export { runBenchmarkJson, runJUnit, runMarkdown } from "./ci/run.js";
export type { Phase, ReportData, SlowAgent } from "./data.js";
export { renderRunComparison } from "./compare-terminal.js";
export { bar, formatCount, formatMs, formatShare, plural, sparkline } from "./format.js";
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
export { shellWord } from "./shell-word.js";
export { JOURNAL_FILES, RUN_FILES } from "./run-files.js";
export { formatObserved } from "./observed.js";
export { LATENCY_LABELS } from "./labels.js";
export { renderReport } from "./html/report.js";
export { compareReports, renderReportOf, writeReport, writeRun, type RunFiles } from "./html/write.js";
export { renderSequencePage, type SequencePage } from "./html/sequence-page.js";
export type { Sequence, SequenceArrow, SequenceBar, SequenceRow } from "./sequence.js";
export { renderProgress, renderProgressLine, type ProgressView } from "./live-terminal.js";
export { renderLive, liveNews, reportNews, type LiveView } from "./html/live.js";
export { acknowledgementLine, readAcknowledgements, type Acknowledgement } from "./acknowledgements.js";
export {
  hasBegun,
  readRunRecord,
  writeRunRecord,
  type RunRecord,
} from "./journal.js";
export { buildSummary, summarySchema, type Summary, type SummaryInput, type TrendSummary } from "./summary.js";
export { renderSummary, type RenderOptions } from "./terminal.js";
export { timeStamp, uniqueName, uniquePart } from "./unique-part.js";
export { whySystemFailed as whyFileFailed } from "../vocabulary/index.js";
export { exitCodeOf, judge, type Verdict } from "./verdict.js";
