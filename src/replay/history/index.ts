/** Histories: the order of operations on the agents of a run on real threads, recorded by its threads and replayed. */
export { describeEnd, describeMethod } from "./describe-entry.js";
export { HistoryDivergence } from "./history-divergence.js";
export { HISTORY_DIRECTORY } from "./history-format.js";
export { HistoryWriter, appendRemainder, createHistoryFile, type HistoryBuffer } from "./history-writer.js";
export type { CallReport } from "./call-reports.js";
export { HistoryError, UnknownAgentError } from "./history-error.js";
export { readHistory, type HistoryHeader } from "./history-reader.js";
export { HistoryRecorder } from "./history-recorder.js";
export {
  replayHistory,
  type HistoryReplay,
  type HistoryReplayOptions,
  type ReplayedAgent,
} from "./replay-history.js";
