/** Who sees every operation on an agent's slot before it takes effect: to have them take effect in the order of another run. */
import type { ArgumentKind, OperationArguments, SlotOperation } from "./slot-operations.js";
import type { Slot } from "./slot.js";
import type { Waiter } from "./steps.js";

export interface SlotInterceptor {
  /** Has `operation` carried out on `slot`, and gives its outcome. */
  perform<Kind extends ArgumentKind, Outcome>(
    slot: Slot,
    operation: SlotOperation<Kind, Outcome>,
    argument: OperationArguments[Kind],
  ): Outcome;
  /**
   * Waits without blocking for an event of `slot` to be raised after `ticket`, for `timeoutMs` (ms) at most, and then
   * resumes `waiter` with the outcome of `wake`. `begin` starts the wait on the machine, and resumes `ended` when that is over.
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
