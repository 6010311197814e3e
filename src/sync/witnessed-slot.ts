/**
 * A slot every operation on which goes through a witness. The same memory as the plain slot, and the same meaning; handles of
 * both kinds on one slot may be used side by side, but only what goes through a witness is seen by it.
 */
import { Event, type EventHome } from "./event.js";
import { EVENT_NAMES, EVENTS_PER_SLOT, SLOT, type EventName } from "./layout.js";
import { Ring, type Taken } from "./ring.js";
import { eventOperations, slotOperations, type EventOperations } from "./slot-operations.js";
import { Slot, type SlotHome } from "./slot.js";
import type { Waiter } from "./steps.js";
import type { Witness } from "./witness.js";

export class WitnessedSlot extends Slot {
  override readonly ring: Ring;
  readonly #plain: Slot;
  readonly #witness: Witness;
  readonly #makeEvent: (name: EventName) => Event;
  readonly #witnessedEvents: (Event | undefined)[] = [];

  constructor(home: SlotHome, index: number, word: number, ringBytes: number, witness: Witness) {
    super(home, index, word, ringBytes);
    const plain = new Slot(home, index, word, ringBytes);
    this.#plain = plain;
    this.#witness = witness;
    this.ring = new WitnessedRing(home, word, ringBytes, plain, witness);
    this.#makeEvent = (name) => {
      const place = EVENT_NAMES.indexOf(name);
      return new WitnessedEvent(
        home,
        word + SLOT.events + place * 2,
        index * EVENTS_PER_SLOT + place,
        plain,
        eventOperations[name],
        witness,
      );
    };
  }

  override event(name: EventName): Event {
    return (this.#witnessedEvents[EVENT_NAMES.indexOf(name)] ??= this.#makeEvent(name));
  }

  override get isShutdown(): boolean {
    return this.#witness.perform(this.#plain, slotOperations.isShutdown, undefined);
  }

  override markShutdown(): void {
    this.#witness.perform(this.#plain, slotOperations.markShutdown, undefined);
  }

  override get isReleased(): boolean {
    return this.#witness.perform(this.#plain, slotOperations.isReleased, undefined);
  }

  override markReleased(): void {
    this.#witness.perform(this.#plain, slotOperations.markReleased, undefined);
  }

  override get marks(): number {
    return this.#witness.perform(this.#plain, slotOperations.marks, undefined);
  }

  override rouse(): void {
    this.#witness.perform(this.#plain, slotOperations.rouse, undefined);
  }

  /** Where the order begins, so no part of it. */
  override reset(): void {
    this.#plain.reset();
  }
}

class WitnessedRing extends Ring {
  readonly #plain: Slot;
  readonly #witness: Witness;

  constructor({ cells, bytes }: SlotHome, word: number, size: number, plain: Slot, witness: Witness) {
    super(cells, bytes, word, size);
    this.#plain = plain;
    this.#witness = witness;
  }

  override get count(): number {
    return this.#witness.perform(this.#plain, slotOperations.count, undefined);
  }

  override get isEmpty(): boolean {
    return this.#witness.perform(this.#plain, slotOperations.isEmpty, undefined);
  }

  override push(message: string): number {
    return this.#witness.perform(this.#plain, slotOperations.push, message);
  }

  override shift(): Taken | undefined {
    return this.#witness.perform(this.#plain, slotOperations.shift, undefined);
  }
}

class WitnessedEvent extends Event {
  readonly #plain: Slot;
  readonly #operations: EventOperations;
  readonly #witness: Witness;

  constructor(home: EventHome, state: number, id: number, plain: Slot, operations: EventOperations, witness: Witness) {
    super(home, state, id);
    this.#plain = plain;
    this.#operations = operations;
    this.#witness = witness;
  }

  override isSet(): boolean {
    return this.#witness.perform(this.#plain, this.#operations.isSet, undefined);
  }

  override raise(): void {
    this.#witness.perform(this.#plain, this.#operations.raise, undefined);
  }

  override advance(): void {
    this.#witness.perform(this.#plain, this.#operations.advance, undefined);
  }

  override clear(): void {
    this.#witness.perform(this.#plain, this.#operations.clear, undefined);
  }

  override ticket(): number {
    return this.#witness.perform(this.#plain, this.#operations.ticket, undefined);
  }

  override clearIf(ticket: number): boolean {
    return this.#witness.perform(this.#plain, this.#operations.clearIf, ticket);
  }

  override waitBeyond(ticket: number, timeoutMs: number): boolean {
    super.waitBeyond(ticket, timeoutMs);
    return this.#witness.perform(this.#plain, this.#operations.wake, ticket);
  }

  override watch(ticket: number, timeoutMs: number, waiter: Waiter<boolean>): void {
    // What the wait comes to is looked up again at its end, where its place in the order is taken.
    this.#witness.wait(
      this.#plain,
      this.#operations.wake,
      ticket,
      timeoutMs,
      (ended) => super.watch(ticket, timeoutMs, ended),
      waiter,
    );
  }
}
