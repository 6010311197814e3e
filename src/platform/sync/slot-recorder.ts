/** Records the order in which operations take effect on agents' slots, by their numbers (slot-order.ts). */

/**
 * Called for operations of this thread, after each has taken effect. Operations have codes (slot-operations.ts), slots
 * have indices.
 */
export interface SlotRecorder {
  /** An operation was executed; `positive` is the comparable part of its outcome. */
  noteOperation(slot: number, number: number, code: number, positive: boolean): void;
  /** A message of this many bytes was pushed, or there was no room for it. */
  notePush(slot: number, number: number, code: number, positive: boolean, bytes: number): void;
  /** The present waiter, for {@link noteTimed}. */
  readonly waiter: object | undefined;
  /**
   * An operation was executed at `atMs` of the thread's clock: the end of a wait of `waiter`, or an operation outside
   * of any call.
   */
  noteTimed(
    slot: number,
    number: number,
    code: number,
    positive: boolean,
    atMs: number,
    waiter: object | undefined,
  ): void;
}
