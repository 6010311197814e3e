/**
 * The mailbox in which no interleaving loses or invents a wake-up.
 *
 * Waiting is by an eventcount: the consumer takes a ticket, looks at everything it could be told, and only then waits for
 * the event to move beyond the ticket. Every producer first makes its news true and then moves the event on. So news from
 * before the look is seen by the look, and news from after it ends the wait; a wake-up without news is looked at and slept
 * over, with the time that is left. The flag decides nothing here, and what it shows to others is derived from the queue's
 * own count, so it is never up over an empty queue nor down over a full one.
 */
import type { Event, Signal } from "./event.js";
import type { Json } from "./json.js";
import type { Absence, Mailbox, Message } from "./mailbox.js";
import { pushOrThrow } from "./mailbox-errors.js";
import type { Slot } from "./slot.js";
import { block, spawn, suspend, wait, type Steps, type Wait } from "./steps.js";

export class SoundMailbox implements Mailbox {
  readonly #slot: Slot;
  readonly #event: Event;

  constructor(slot: Slot) {
    this.#slot = slot;
    this.#event = slot.event("hasLiveUpdate");
  }

  get signal(): Signal {
    return new DerivedSignal(this.#slot, this.#event);
  }

  get isShutdown(): boolean {
    return this.#slot.isShutdown;
  }

  get size(): number {
    return this.#slot.ring.count;
  }

  get payloadLimit(): number {
    return this.#slot.ring.payloadLimit;
  }

  isEmpty(): boolean {
    return this.#slot.ring.isEmpty;
  }

  append(value: Json): void {
    // Only news to an empty queue end a wait: who looked before them found nothing, and who looks after them finds these.
    if (pushOrThrow(this.#slot, value) === 0) this.#event.notifyAll();
  }

  take(): Json | undefined {
    return this.takeMessage()?.value;
  }

  takeMessage(): Message | undefined {
    const markCount = this.#event.isSet() ? this.#slot.markCount : undefined;
    const taken = this.#slot.ring.shift();
    if (taken === undefined) return undefined;
    if (markCount !== undefined && taken.left === 0) this.#lower(markCount);
    return taken;
  }

  /** The seed lowers the event with the last message. A release or shutdown since there were `marks` keeps it up. */
  #lower(markCount: number): void {
    for (;;) {
      const epoch = this.#event.epoch();
      // An announcement between the ticket and the clearing is no reason to leave the flag up: look again.
      if (this.#slot.markCount !== markCount || this.#event.clearIfUnchanged(epoch)) return;
    }
  }

  *waitForChangeSteps(timeoutMs: number, worker: Absence): Steps<void> {
    const { clock } = this.#slot;
    const deadline = timeoutMs === Infinity ? Infinity : clock.now() + timeoutMs;
    for (let waited = false; ; waited = true) {
      const epoch = this.#event.epoch();
      if (!this.isEmpty() || this.isShutdown || (this.#slot.isReleased && worker.isAbsent())) return;
      // Only here: whoever has news now need not wait for a clock.
      const remaining = waited ? deadline - clock.now() : timeoutMs;
      // Not through `wait`, which is a generator more to go through at each wake-up.
      if (!((yield this.#event.waitingSince(epoch, remaining)) as boolean)) return;
    }
  }

  release(): void {
    this.#slot.markReleased();
    this.#event.set();
  }

  shutdown(): void {
    this.#slot.markShutdown();
    this.#event.set();
  }
}

/** The event as others see it: up while messages are pending, or after a release or shutdown until the queue was drained. */
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
