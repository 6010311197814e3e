/** The directory of a run, its summary, its verdict, and the command that reproduces it. */
export { acknowledgementLine, readAcknowledgements, type Acknowledgement } from "./acknowledgements.js";
export { buildReportData, type ReportInput, type StatusEvent } from "./build-data.js";
export {
  CAPACITY_FILES,
  CAPACITY_VERSION,
  capacitySchema,
  identityOf,
  readCapacity,
  writeCapacity,
  type Capacity,
  type CapacityLimit,
  type CapacityTrial,
  type SearchIdentity,
} from "./capacity.js";
export type { CapacityData } from "./capacity-data.js";
export {
  NAMED_PERCENTILES,
  type FaultMarks,
  type LatencyByPart,
  type LatencyOverTime,
  type MachineOverTime,
  type PercentileCurve,
  type Phase,
  type ReportData,
  type SlowAgent,
  type StatusesOverTime,
} from "./data.js";
export { gitCheckout, type Checkout } from "./git-checkout.js";
export { chooseRuns, type PrunedRun } from "./prune-runs.js";
export { findFinishedRuns } from "./find-runs.js";
export { hasPlatform } from "./has-platform.js";
export {
  MAX_SERIES_RUNS,
  type HistoryChange,
  type HistoryFigure,
  type HistoryRun,
  type HistorySeries,
  type RunHistory,
} from "./history.js";
export { invariantOutcome } from "./invariant-outcome.js";
export { ENGINE_LABELS, LATENCIES, LATENCY_LABELS, OUTCOME_SIGNS } from "./labels.js";
export { latencyByPart } from "./latency-by-part.js";
export { listRuns, type ListedRun } from "./list-runs.js";
export { formatObserved, observedText } from "./observed.js";
export { ResultsError, cannotWrite, withWriteErrors } from "./results-error.js";
export {
  createRunDirectory,
  firstIssue,
  readReportData,
  readScenarioText,
  readSummary,
  removeRunDirectory,
  writeAtomically,
  writeTogether,
  type FileContent,
} from "./results.js";
export {
  differingOptions,
  newRunId,
  reproduceCommand,
  shrinkCommand,
  withoutCredentials,
  type RunChoices,
} from "./run-command.js";
export { FILES_FOLDER, JOURNAL_FILES, RUN_FILES } from "./run-files.js";
export { hasBegun, isFinished, isRun, isRunning, readRunRecord, writeRunRecord, type RunRecord } from "./run-record.js";
export { byFrequency, countersOf, latenciesOf, latencyPairs, stageLabel, stagesOf } from "./shown-figures.js";
export { phasesAt } from "./phases-at.js";
export type { SequenceArrow, SequenceBar, SequenceDiagram, SequenceRow } from "./sequence-diagram.js";
export { summarySchema, type CarriedOut, type Summary } from "./summary-schema.js";
export { buildSummary, figuresOf, mainTrend, viewpointOf, type SummaryInput } from "./summary.js";
export { SUMMARY_SCHEMA, summaryJsonSchema } from "./summary-json-schema.js";
export type { TaggedFigures } from "./tagged-figures.js";
export type { TrendSummary } from "./trend-summary.js";
export { timeStamp, uniqueName, uniquePart } from "./unique-part.js";
export {
  endText,
  exitCodeOf,
  judge,
  machineNotes,
  notGeneratedText,
  REASON_CODES,
  reasonOf,
  type Reason,
  type Verdict,
  type VerdictFacts,
  withheldTexts,
} from "./verdict.js";
