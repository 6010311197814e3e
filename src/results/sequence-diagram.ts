/**
 * What a sequence diagram shows: a column a thread, time downwards. Plain data; the report's script reads its types too, so it
 * imports nothing.
 */
export interface SequenceDiagram {
  /** Names of the columns. */
  readonly columns: readonly string[];
  readonly rows: readonly SequenceRow[];
  readonly bars: readonly SequenceBar[];
  readonly arrows: readonly SequenceArrow[];
}

/** Something that one column did. */
export interface SequenceRow {
  readonly column: number;
  /** What the margin says: the number of a step, a time. The same as in the row before is not repeated. */
  readonly at: string;
  readonly text: string;
  /** `call`: a call begins; `fault`: something that was brought about; `bad`: what is wrong. Absent: a step. */
  readonly kind?: "call" | "fault" | "bad";
  /** How much time has passed since the row before, where that is worth saying. */
  readonly gap?: string;
}

/** A stretch of a column, from one row to another, both included. */
export interface SequenceBar {
  readonly column: number;
  readonly from: number;
  readonly to: number;
  readonly kind: "runs" | "waits";
}

/** From the column of one row to that of another, such as a message; or to a column, when its arrival is not among the rows. */
export interface SequenceArrow {
  readonly from: number;
  readonly to: number | { readonly column: number; readonly lost?: true };
}
