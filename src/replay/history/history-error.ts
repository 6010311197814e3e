/** The errors of reading a run's history. */

/** A history cannot be read. The message is one line: which file, and why. */
export class HistoryError extends Error {
  override readonly name = "HistoryError";
}

/** The history has no agent of the given id. */
export class UnknownAgentError extends HistoryError {}
