/**
 * The mailbox in the seed's order of steps: append, then set the event; pop, then clear the event if the queue is empty;
 * set the event, then mark shut down. It is here to be explored, compared and replayed; its races are real.
 */
import type { Event, Signal } from "./event.js";
import type { Json } from "./json.js";
import type { Mailbox, Message } from "./mailbox.js";
import { pushOrThrow } from "./mailbox-errors.js";
import type { Slot } from "./slot.js";
import { wait, type Steps } from "./steps.js";

export class ReferenceMailbox implements Mailbox {
  readonly #slot: Slot;
  readonly #event: Event;

  constructor(slot: Slot) {
    this.#slot = slot;
    this.#event = slot.event("hasLiveUpdate");
  }

  get signal(): Signal {
    return this.#event;
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
    pushOrThrow(this.#slot, value);
    this.#event.set();
  }

  take(): Json | undefined {
    return this.takeMessage()?.value;
  }

  takeMessage(): Message | undefined {
    const taken = this.#slot.ring.shift();
    if (taken === undefined) return undefined;
    if (this.isEmpty()) this.#event.clear();
    return taken;
  }

  *waitForChangeSteps(timeoutMs: number): Steps<void> {
    yield* wait(this.#event.waiting(timeoutMs));
  }

  release(): void {
    this.#event.set();
  }

  shutdown(): void {
    this.#event.set();
    this.#slot.markShutdown();
  }
}
