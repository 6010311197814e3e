/** Calls of handles' methods, as those who make them tell of them (recorded-handle.ts, recorded-steps.ts) and the recorder is told. */
import type { Event, Mailbox, Slot } from "../../platform/sync/index.js";
import type { Scalar } from "./history-format.js";

/** A call that is under way. */
export interface Call {
  readonly slot: Slot;
  /** Of its start, in the order of the slot. */
  readonly number: number;
}

/** Told of calls as they are made. */
export interface CallObserver {
  /** The call whose code runs now. Whoever begins one makes it the current one. */
  current: Call | undefined;
  /** A call of the method of this place in {@link METHODS} begins, on a handle; gives its number. */
  begin(handle: RecordedHandle, method: number, argument: Scalar): number;
  /** The current call ends, with a value or by throwing the error of a name; none is current then. */
  end(call: Call, threw: boolean, value: Scalar): void;
}

/** What is known of a handle that is watched. */
export interface RecordedHandle {
  readonly calls: CallObserver;
  readonly slot: Slot;
  /** Of its making, in the order of the slot. */
  readonly number: number;
  /** The handle's own view of the mailbox, and its event, once somebody has asked for them: they are watched. */
  mailbox: Mailbox | undefined;
  didSubmit: Event | undefined;
}

export function nameOfError(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}
