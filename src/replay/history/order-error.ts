/** What can be wrong with a record of order. */

/** A record of order cannot be read. The message is one line: which file, and what is wrong with it. */
export class HistoryError extends Error {
  override readonly name = "HistoryError";
}

/** The record has no agent of the id that was asked for. */
export class UnknownAgentError extends HistoryError {}
