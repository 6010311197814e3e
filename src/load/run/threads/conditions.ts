/** Conditions that are waited for on the event loop: tested again whenever something has changed. */
import { assert } from "../../../vocabulary/index.js";
import { suspendedWait, type Wait, type Waiter } from "../../../platform/sync/index.js";

export class Conditions {
  #pending: { readonly holds: () => boolean; readonly waiter: Waiter<void> } | undefined;
  #failure: { readonly error: unknown } | undefined;

  /** A wait that is over once `holds`; it fails once {@link fail} was called. One wait at a time. */
  until(holds: () => boolean): Wait<void> {
    return suspendedWait((waiter) => {
      assert(this.#pending === undefined, "a run waits for one condition at a time");
      this.#pending = { holds, waiter };
      this.changed();
    });
  }

  /** Something has changed that a condition may depend on. */
  readonly changed = (): void => {
    const pending = this.#pending;
    if (pending === undefined || (this.#failure === undefined && !pending.holds())) return;
    this.#pending = undefined;
    if (this.#failure === undefined) pending.waiter.resume();
    else pending.waiter.fail(this.#failure.error);
  };

  /** Fails the current wait, or the next. Only the first failure counts. */
  readonly fail = (error: unknown): void => {
    this.#failure ??= { error };
    this.changed();
  };
}
