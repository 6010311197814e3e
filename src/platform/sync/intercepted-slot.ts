/**
 * A slot whose operations all go through an interceptor. It has the memory and the semantics of the plain slot. Handles
 * of both kinds on one slot may be used together, but the interceptor sees only operations through its own handles.
 */
import { Event, type EventHome } from "./event.js";
import type { EventName } from "./layout.js";
import { Ring, type Taken } from "./ring.js";
import { eventOperations, slotOperations, type EventOperations } from "./slot-operations.js";
import { Slot, type SlotHome } from "./slot.js";
import type { Waiter } from "./steps.js";
import type { SlotInterceptor } from "./slot-interceptor.js";

export class InterceptedSlot extends Slot {
  override readonly ring: Ring;
  readonly #plain: Slot;
  readonly #interceptor: SlotInterceptor;

  constructor(home: SlotHome, index: number, word: number, ringBytes: number, interceptor: SlotInterceptor) {
    super(home, index, word, ringBytes);
    this.#plain = new Slot(home, index, word, ringBytes);
    this.#interceptor = interceptor;
    this.ring = new InterceptedRing(home, word, ringBytes, this.#plain, interceptor);
  }

  protected override makeEvent(name: EventName, state: number, id: number): Event {
    return new InterceptedEvent(this.home, state, id, this.#plain, eventOperations[name], this.#interceptor);
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

  /** Not intercepted: the order of the slot's operations begins here. */
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
    // The result is determined again at the end of the wait, by the operation that has a place in the order.
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
