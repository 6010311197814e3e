/** Who notes the order in which operations take effect on agents' slots, by the numbers that they take there (slot-order.ts). */

/** Told of operations of this thread, each after it has taken effect. An operation is named by its code (slot-operations.ts), a slot by its index. */
export interface SlotRecorder {
  /** An operation was carried out; `positive` is what of its outcome can be compared. */
  noteOperation(slot: number, number: number, code: number, positive: boolean): void;
  /** A message of so many bytes was pushed, or found no room. */
  notePush(slot: number, number: number, code: number, positive: boolean, bytes: number): void;
  /** What waits from now on; to be given to {@link noteTimed}. */
  readonly waiter: object | undefined;
  /** An operation was carried out `atMs` on the thread's clock: a wait of `waiter` has ended, or something was done outside of any call. */
  noteTimed(
    slot: number,
    number: number,
    code: number,
    positive: boolean,
    atMs: number,
    waiter: object | undefined,
  ): void;
}
