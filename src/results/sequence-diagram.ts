/**
 * The data of a sequence diagram: a column for each thread, time downwards. The report's script imports these types, so
 * this file imports nothing.
 */
export interface SequenceDiagram {
  /** The names of the columns. */
  readonly columns: readonly string[];
  readonly rows: readonly SequenceRow[];
  readonly bars: readonly SequenceBar[];
  readonly arrows: readonly SequenceArrow[];
}

/** An event of one column. */
export interface SequenceRow {
  readonly column: number;
  /** The text in the margin: the number of a step, or a time. It is not repeated when the row before has the same. */
  readonly at: string;
  readonly text: string;
  /** `call`: a call begins; `fault`: an injected fault; `bad`: a violation. Absent: a step. */
  readonly kind?: "call" | "fault" | "bad";
  /** The time since the row before, as text; absent when it is short. */
  readonly gap?: string;
}

/** A span of a column, from one row to another, both included. */
export interface SequenceBar {
  readonly column: number;
  readonly from: number;
  readonly to: number;
  readonly kind: "runs" | "waits";
}

/** An arrow, such as a message: from one row to another, or to a column when its arrival is not one of the rows. */
export interface SequenceArrow {
  readonly from: number;
  readonly to: number | { readonly column: number; readonly lost?: true };
}
