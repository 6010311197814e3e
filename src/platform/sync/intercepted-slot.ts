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
import type { SlotInterceptor } from "./slot-interceptor.js";

export class InterceptedSlot extends Slot {
  override readonly ring: Ring;
  readonly #plain: Slot;
  readonly #interceptor: SlotInterceptor;
  readonly #makeEvent: (name: EventName) => Event;
  readonly #interceptedEvents: (Event | undefined)[] = [];

  constructor(home: SlotHome, index: number, word: number, ringBytes: number, interceptor: SlotInterceptor) {
    super(home, index, word, ringBytes);
    const plain = new Slot(home, index, word, ringBytes);
    this.#plain = plain;
    this.#interceptor = interceptor;
    this.ring = new InterceptedRing(home, word, ringBytes, plain, interceptor);
    this.#makeEvent = (name) => {
      const place = EVENT_NAMES.indexOf(name);
      return new InterceptedEvent(
        home,
        word + SLOT.events + place * 2,
        index * EVENTS_PER_SLOT + place,
        plain,
        eventOperations[name],
        interceptor,
      );
    };
  }

  override event(name: EventName): Event {
    return (this.#interceptedEvents[EVENT_NAMES.indexOf(name)] ??= this.#makeEvent(name));
  }

  override get isShutdown(): boolean {
    return this.#interceptor.perform(this.#plain, slotOperations.isShutdown, undefined);
  }

  override markShutdown(): void {
    this.#interceptor.perform(this.#plain, slotOperations.markShutdown, undefined);
  }

  override get isReleased(): boolean {
    return this.#interceptor.perform(this.#plain, slotOperations.isReleased, undefined);
  }

  override markReleased(): void {
    this.#interceptor.perform(this.#plain, slotOperations.markReleased, undefined);
  }

  override get markCount(): number {
    return this.#interceptor.perform(this.#plain, slotOperations.markCount, undefined);
  }

  override wakeAll(): void {
    this.#interceptor.perform(this.#plain, slotOperations.wakeAll, undefined);
  }

  /** Where the order begins, so no part of it. */
  override reset(): void {
    this.#plain.reset();
  }
}

class InterceptedRing extends Ring {
  readonly #plain: Slot;
  readonly #interceptor: SlotInterceptor;

  constructor({ cells, bytes }: SlotHome, word: number, size: number, plain: Slot, interceptor: SlotInterceptor) {
    super(cells, bytes, word, size);
    this.#plain = plain;
    this.#interceptor = interceptor;
  }

  override get count(): number {
    return this.#interceptor.perform(this.#plain, slotOperations.count, undefined);
  }

  override get isEmpty(): boolean {
    return this.#interceptor.perform(this.#plain, slotOperations.isEmpty, undefined);
  }

  override push(message: string): number {
    return this.#interceptor.perform(this.#plain, slotOperations.push, message);
  }

  override shift(): Taken | undefined {
    return this.#interceptor.perform(this.#plain, slotOperations.shift, undefined);
  }
}

class InterceptedEvent extends Event {
  readonly #plain: Slot;
  readonly #operations: EventOperations;
  readonly #interceptor: SlotInterceptor;

  constructor(
    home: EventHome,
    state: number,
    id: number,
    plain: Slot,
    operations: EventOperations,
    interceptor: SlotInterceptor,
  ) {
    super(home, state, id);
    this.#plain = plain;
    this.#operations = operations;
    this.#interceptor = interceptor;
  }

  override isSet(): boolean {
    return this.#interceptor.perform(this.#plain, this.#operations.isSet, undefined);
  }

  override raise(): void {
    this.#interceptor.perform(this.#plain, this.#operations.raise, undefined);
  }

  override advanceEpoch(): void {
    this.#interceptor.perform(this.#plain, this.#operations.advanceEpoch, undefined);
  }

  override clear(): void {
    this.#interceptor.perform(this.#plain, this.#operations.clear, undefined);
  }

  override epoch(): number {
    return this.#interceptor.perform(this.#plain, this.#operations.epoch, undefined);
  }

  override clearIfUnchanged(epoch: number): boolean {
    return this.#interceptor.perform(this.#plain, this.#operations.clearIfUnchanged, epoch);
  }

  override waitSince(epoch: number, timeoutMs: number): boolean {
    super.waitSince(epoch, timeoutMs);
    return this.#interceptor.perform(this.#plain, this.#operations.wake, epoch);
  }

  override watch(epoch: number, timeoutMs: number, waiter: Waiter<boolean>): void {
    // What the wait comes to is looked up again at its end, where its place in the order is taken.
    this.#interceptor.wait(
      this.#plain,
      this.#operations.wake,
      epoch,
      timeoutMs,
      (ended) => super.watch(epoch, timeoutMs, ended),
      waiter,
    );
  }
}
