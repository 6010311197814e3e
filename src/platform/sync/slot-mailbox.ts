/** The parts of a mailbox that both kinds have in common: the queue of a slot, read without its event. */
import type { Event } from "./event.js";
import type { Json } from "./json.js";
import type { Message } from "./mailbox.js";
import type { Slot } from "./slot.js";

export abstract class SlotMailbox {
  protected readonly slot: Slot;
  protected readonly event: Event;

  constructor(slot: Slot) {
    this.slot = slot;
    this.event = slot.event("hasLiveUpdate");
  }

  get isShutdown(): boolean {
    return this.slot.isShutdown;
  }

  get size(): number {
    return this.slot.ring.count;
  }

  get payloadLimit(): number {
    return this.slot.ring.payloadLimit;
  }

  isEmpty(): boolean {
    return this.slot.ring.isEmpty;
  }

  take(): Json | undefined {
    return this.takeMessage()?.value;
  }

  abstract takeMessage(): Message | undefined;
}
