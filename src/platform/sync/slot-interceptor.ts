/**
 * Intercepts the operations on agents' slots before they take effect, so that they can be executed in the order of
 * another run.
 */
import type { ArgumentKind, OperationArguments, SlotOperation } from "./slot-operations.js";
import type { Slot } from "./slot.js";
import type { Waiter } from "./steps.js";

export interface SlotInterceptor {
  /** Executes `operation` on `slot` and returns its outcome. */
  perform<Kind extends ArgumentKind, Outcome>(
    slot: Slot,
    operation: SlotOperation<Kind, Outcome>,
    argument: OperationArguments[Kind],
  ): Outcome;
  /**
   * Waits without blocking for an event of `slot` to be set after `epoch`, for at most `timeoutMs` (ms), and then
   * resumes `waiter` with the outcome of `wake`. `begin` starts the real wait, and resumes `ended` at its end.
   */
  wait(
    slot: Slot,
    wake: SlotOperation<"epoch", boolean>,
    epoch: number,
    timeoutMs: number,
    begin: (ended: Waiter<boolean>) => void,
    waiter: Waiter<boolean>,
  ): void;
}
