/**
 * The mailbox in which no interleaving loses or invents a wake-up.
 *
 * Waiting uses an eventcount: the consumer reads the epoch, checks all conditions that end its wait, and only then
 * waits for the end of the epoch. Every producer first makes its change and then begins a new epoch. So the check sees
 * every change before it, and every later change ends the wait. After a wake-up without a change the consumer checks
 * again and waits for the remaining time. The flag decides nothing here. Its value for other threads is derived from
 * the queue's count, so it is never clear while messages are pending.
 */
import type { Event, Signal } from "./event.js";
import type { Json } from "./json.js";
import type { Absence, Mailbox, Message } from "./mailbox.js";
import { pushOrThrow } from "./mailbox-errors.js";
import type { Slot } from "./slot.js";
import { SlotMailbox } from "./slot-mailbox.js";
import { block, spawn, suspend, wait, type Steps, type Wait } from "./steps.js";

export class SoundMailbox extends SlotMailbox implements Mailbox {
  get signal(): Signal {
    return new DerivedSignal(this.slot, this.event);
  }

  append(value: Json): void {
    // Only a message to an empty queue ends a wait: a consumer that checked before it saw nothing, one that checks
    // later sees it.
    if (pushOrThrow(this.slot, value) === 0) this.event.notifyAll();
  }

  takeMessage(): Message | undefined {
    const markCount = this.event.isSet() ? this.slot.markCount : undefined;
    const taken = this.slot.ring.shift();
    if (taken === undefined) return undefined;
    if (markCount !== undefined && taken.left === 0) this.#clearFlag(markCount);
    return taken;
  }

  /**
   * The original clears the event with the last message. A release or shutdown since `markCount` was read keeps it set.
   */
  #clearFlag(markCount: number): void {
    for (;;) {
      const epoch = this.event.epoch();
      // A notification between the epoch and the clearing is no reason to leave the flag set: try again.
      if (this.slot.markCount !== markCount || this.event.clearIfUnchanged(epoch)) return;
    }
  }

  *waitForChangeSteps(timeoutMs: number, worker: Absence): Steps<void> {
    const { clock } = this.slot;
    const deadline = timeoutMs === Infinity ? Infinity : clock.now() + timeoutMs;
    for (let waited = false; ; waited = true) {
      const epoch = this.event.epoch();
      if (!this.isEmpty() || this.isShutdown || (this.slot.isReleased && worker.isAbsent())) return;
      // Only here: a consumer with a change need not read the clock.
      const remaining = waited ? deadline - clock.now() : timeoutMs;
      // Not through `wait`, which is one more generator to resume at each wake-up.
      if (!((yield this.event.waitingSince(epoch, remaining)) as boolean)) return;
    }
  }

  release(): void {
    this.slot.markReleased();
    this.event.set();
  }

  shutdown(): void {
    this.slot.markShutdown();
    this.event.set();
  }
}

/**
 * The event as other threads see it: set while messages are pending, or after a release or shutdown until the queue was
 * drained.
 */
class DerivedSignal implements Signal {
  readonly #slot: Slot;
  readonly #event: Event;

  constructor(slot: Slot, event: Event) {
    this.#slot = slot;
    this.#event = event;
  }

  isSet(): boolean {
    return !this.#slot.ring.isEmpty || this.#event.isSet();
  }

  wait(timeoutMs = Infinity): boolean {
    return block(this.#untilSet(timeoutMs));
  }

  waitAsync(timeoutMs = Infinity): Promise<boolean> {
    return suspend(this.#untilSet(timeoutMs));
  }

  waiting(timeoutMs = Infinity): Wait<boolean> {
    return {
      block: () => this.wait(timeoutMs),
      start: (waiter) =>
        spawn(
          this.#untilSet(timeoutMs),
          (isSet) => waiter.resume(isSet),
          (error) => waiter.fail(error),
        ),
    };
  }

  *#untilSet(timeoutMs: number): Steps<boolean> {
    const { clock } = this.#slot;
    const deadline = timeoutMs === Infinity ? Infinity : clock.now() + timeoutMs;
    let remaining = timeoutMs;
    for (;;) {
      const epoch = this.#event.epoch();
      if (this.isSet()) return true;
      if (!(yield* wait(this.#event.waitingSince(epoch, remaining)))) return this.isSet();
      if (deadline !== Infinity) remaining = deadline - clock.now();
    }
  }
}
