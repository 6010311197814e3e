/** How handles report calls of their methods (recorded-handle.ts, recorded-steps.ts) to the recorder. */
import type { Event, Mailbox, Slot } from "../../platform/sync/index.js";
import type { Scalar } from "./history-format.js";

/** A call that has begun. */
export interface Call {
  readonly slot: Slot;
  /** The number of its start, in the order of the slot. */
  readonly number: number;
}

/** Observes the beginning and the end of calls. */
export interface CallObserver {
  /** The call whose code runs now. The caller of `begin` sets it. */
  current: Call | undefined;
  /** A call of a method begins on a handle. `method`: an index in {@link METHODS}. Returns the call's number. */
  begin(handle: RecordedHandle, method: number, argument: Scalar): number;
  /** The current call ends with a value, or with the name of an error. After it no call is current. */
  end(call: Call, threw: boolean, value: Scalar): void;
}

/** The state of a recorded handle. */
export interface RecordedHandle {
  readonly calls: CallObserver;
  readonly slot: Slot;
  /** The number of its creation, in the order of the slot. */
  readonly number: number;
  /** The handle's recorded mailbox and event, once they have been used. */
  mailbox: Mailbox | undefined;
  didSubmit: Event | undefined;
}

export function nameOfError(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}
