/** One event of a run, and whoever is told of events as they happen. */

/** Plain data, as JSON has it. What is undefined in an object is left out of the trace. */
export type TraceValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly TraceValue[]
  | { readonly [key: string]: TraceValue };

export interface TraceEvent {
  /** When, ms on the run's clock. Kept in whole nanoseconds; never before the event before it. */
  readonly at: number;
  /** Which part of the run did it: `io`, `tasks-0`, `clients-1`, `database`, `faults`. */
  readonly actor: string;
  /** What it did (docs/trace.md lists all). */
  readonly operation: string;
  /** On what: an agent's id, an inbox, a write. */
  readonly subject: string;
  readonly args: TraceValue;
  readonly outcome: TraceValue;
}

/** Told of every event, in the order in which they happened. */
export type TraceSink = (event: TraceEvent) => void;

/** Takes down one event of one actor, at the present time. */
export type Note = (operation: string, subject: string, args: TraceValue, outcome: TraceValue) => void;
