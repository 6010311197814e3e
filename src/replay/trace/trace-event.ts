/** The events of a trace. */

/** JSON data. The trace omits undefined properties of an object. */
export type TraceValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly TraceValue[]
  | { readonly [key: string]: TraceValue };

export interface TraceEvent {
  /** The time, ms on the run's clock, kept in whole nanoseconds. Not before the previous event. */
  readonly at: number;
  /** The part of the run that did it: `io`, `tasks-0`, `clients-1`, `database`, `faults`. */
  readonly actor: string;
  /** What it did. docs/trace.md lists all operations. */
  readonly operation: string;
  /** The object of the operation: an agent's id, an inbox, a write. */
  readonly subject: string;
  readonly args: TraceValue;
  readonly outcome: TraceValue;
}

/** Receives every event in the order of the run. */
export type TraceSink = (event: TraceEvent) => void;

/** Records an event of one actor at the present time. */
export type Note = (operation: string, subject: string, args: TraceValue, outcome: TraceValue) => void;
