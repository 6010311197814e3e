/** Renders a summary as HTML, as text for a terminal, and for CI tools. */
export { benchmarkJson, type BenchmarkEntry } from "./ci/benchmark-json.js";
export { junitXml, type JUnitCase, type JUnitSuite } from "./ci/junit.js";
export { code, markdownTable, plain } from "./ci/markdown.js";
export { runBenchmarkJson, runJUnit, runMarkdown } from "./ci/run-outputs.js";
export { formatRate, seedsText } from "./capacity-texts.js";
export {
  renderCapacity,
  renderCapacityVerdict,
  renderTrial,
  renderTrialHeading,
} from "./terminal/capacity-terminal.js";
export { renderCapacityReport, writeCapacityReport } from "./html/capacity-page.js";
export { renderHistory } from "./terminal/history-terminal.js";
export { renderHistoryPage } from "./html/history-page.js";
export { renderRunComparison } from "./terminal/compare-terminal.js";
export { excludedText, sidesText, type ExcludedRun, type RunsASide } from "./compared-runs.js";
export { renderReport } from "./html/report-page.js";
export { outputText } from "./run-texts.js";
export { compareReports, noteOutputs, renderReportOf, writeRun, type RunFiles } from "./html/write.js";
export { renderSequencePage, type SequencePage } from "./html/sequence-page.js";
export { renderProgress, renderProgressLine, type ProgressView } from "./terminal/live-terminal.js";
export { renderFinalUpdate, renderLive, renderLiveUpdate, renderWaiting, type LiveView } from "./html/live-page.js";
export { renderSummary, renderVerdict, type RenderOptions } from "./terminal/summary-terminal.js";
export type { Division } from "./tagged-parts.js";
