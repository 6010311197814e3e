/**
 * The mailbox in the original's order of steps: append, then set the event; pop, then clear the event if the queue is
 * empty; set the event, then mark shut down. It exists to be explored, compared and replayed; its races are real.
 */
import type { Signal } from "./event.js";
import type { Json } from "./json.js";
import type { Mailbox, Message } from "./mailbox.js";
import { pushOrThrow } from "./mailbox-errors.js";
import { SlotMailbox } from "./slot-mailbox.js";
import { wait, type Steps } from "./steps.js";

export class ReferenceMailbox extends SlotMailbox implements Mailbox {
  get signal(): Signal {
    return this.event;
  }

  append(value: Json): void {
    pushOrThrow(this.slot, value);
    this.event.set();
  }

  takeMessage(): Message | undefined {
    const taken = this.slot.ring.shift();
    if (taken === undefined) return undefined;
    if (this.isEmpty()) this.event.clear();
    return taken;
  }

  *waitForChangeSteps(timeoutMs: number): Steps<void> {
    yield* wait(this.event.waiting(timeoutMs));
  }

  release(): void {
    this.event.set();
  }

  shutdown(): void {
    this.event.set();
    this.slot.markShutdown();
  }
}
