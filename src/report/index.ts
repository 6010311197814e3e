/** The public face of src/report: the summary of a run, its rendering, its directory, its verdict. */
export { benchmarkJson, type BenchmarkEntry } from "./ci/benchmark-json.js";
export { junitXml, type JUnitCase, type JUnitSuite } from "./ci/junit.js";
export { code, markdownTable, plain } from "./ci/markdown.js";
export { runBenchmarkJson, runJUnit, runMarkdown } from "./ci/run-outputs.js";
export { renderRunComparison } from "./terminal/compare-terminal.js";
export { renderReport } from "./html/report-page.js";
export { compareReports, renderReportOf, writeReport, writeRun, type RunFiles } from "./html/write.js";
export { renderSequencePage, type SequencePage } from "./html/sequence-page.js";
export { renderProgress, renderProgressLine, type ProgressView } from "./terminal/live-terminal.js";
export { renderFinalUpdate, renderLive, renderLiveUpdate, type LiveView } from "./html/live-page.js";
export { renderSummary, type RenderOptions } from "./terminal/summary-terminal.js";
