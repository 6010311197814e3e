/**
 * A slot whose operations are all numbered and recorded. It has the memory and the semantics of the plain slot. What an
 * {@link InterceptedSlot} does generically is written here for each operation, because every live update of a run goes
 * through it. There is one per agent, and it is usually not in the processor's cache when it is used: so it holds as
 * little as possible, and whatever all of them share is in the arena.
 */
import { Event } from "./event.js";
import { SLOT, type EventName } from "./layout.js";
import { Ring, type Taken } from "./ring.js";
import { beginOrdered, endOrdered } from "./slot-order.js";
import { eventOperations, slotOperations, type EventOperations } from "./slot-operations.js";
import type { SlotRecorder } from "./slot-recorder.js";
import { Slot, type SlotHome } from "./slot.js";
import type { Waiter } from "./steps.js";

const { push: PUSH, shift: SHIFT, isEmpty: IS_EMPTY, count: COUNT } = slotOperations;
const {
  isShutdown: IS_SHUTDOWN,
  markShutdown: MARK_SHUTDOWN,
  isReleased: IS_RELEASED,
  markReleased: MARK_RELEASED,
  markCount: MARK_COUNT,
  wakeAll: WAKE_ALL,
} = slotOperations;

export class RecordedSlot extends Slot {
  readonly recorder: SlotRecorder;
  readonly #cells: Int32Array;
  /** Index of the word that keeps the order. */
  readonly #order: number;
  readonly #thread: number;
  readonly #ringBytes: number;

  constructor(home: SlotHome, index: number, word: number, ringBytes: number, recorder: SlotRecorder) {
    super(home, index, word, ringBytes);
    this.recorder = recorder;
    this.#cells = home.cells;
    this.#order = word + SLOT.order;
    this.#thread = home.thread;
    this.#ringBytes = ringBytes;
  }

  override beginOperation(): number {
    return beginOrdered(this.#cells, this.#order, this.#thread);
  }

  /** Ends the operation and records it. */
  done(number: number, code: number, positive: boolean): void {
    endOrdered(this.#cells, this.#order, number);
    this.recorder.noteOperation(this.index, number, code, positive);
  }

  override get isShutdown(): boolean {
    const number = this.beginOperation();
    const is = super.isShutdown;
    this.done(number, IS_SHUTDOWN.code, is);
    return is;
  }

  override markShutdown(): void {
    const number = this.beginOperation();
    super.markShutdown();
    this.done(number, MARK_SHUTDOWN.code, false);
  }

  override get isReleased(): boolean {
    const number = this.beginOperation();
    const is = super.isReleased;
    this.done(number, IS_RELEASED.code, is);
    return is;
  }

  override markReleased(): void {
    const number = this.beginOperation();
    super.markReleased();
    this.done(number, MARK_RELEASED.code, false);
  }

  override get markCount(): number {
    const number = this.beginOperation();
    const markCount = super.markCount;
    this.done(number, MARK_COUNT.code, MARK_COUNT.isPositive(markCount));
    return markCount;
  }

  /**
   * Recorded as one operation, whose parts are not recorded. The caller has not opened the slot: only the time tells
   * which agent had it.
   */
  override wakeAll(): void {
    const plain = new Slot(this.home, this.index, this.word, this.#ringBytes);
    const number = this.beginOperation();
    plain.wakeAll();
    const at = this.clock.now();
    this.endOperation(number);
    this.recorder.noteTimed(this.index, number, WAKE_ALL.code, false, at, undefined);
  }

  protected override makeRing(bytes: number): Ring {
    return new RecordedRing(this, this.home, this.word, bytes);
  }

  protected override makeEvent(name: EventName, state: number, id: number): Event {
    return new RecordedEvent(this, this.home, state, id, eventOperations[name]);
  }
}

class RecordedRing extends Ring {
  readonly #slot: RecordedSlot;

  constructor(slot: RecordedSlot, { cells, bytes }: SlotHome, word: number, size: number) {
    super(cells, bytes, word, size);
    this.#slot = slot;
  }

  override get count(): number {
    const number = this.#slot.beginOperation();
    const count = super.count;
    this.#slot.done(number, COUNT.code, COUNT.isPositive(count));
    return count;
  }

  override get isEmpty(): boolean {
    const slot = this.#slot;
    const number = slot.beginOperation();
    const is = super.isEmpty;
    slot.done(number, IS_EMPTY.code, is);
    return is;
  }

  override push(message: string, thread: number): number {
    const slot = this.#slot;
    const number = slot.beginOperation();
    let pending;
    try {
      pending = super.push(message, thread);
    } finally {
      slot.endOperation(number);
    }
    slot.recorder.notePush(slot.index, number, PUSH.code, PUSH.isPositive(pending), Buffer.byteLength(message));
    return pending;
  }

  override shift(): Taken | undefined {
    const slot = this.#slot;
    const number = slot.beginOperation();
    let taken;
    try {
      taken = super.shift();
    } catch (error) {
      slot.endOperation(number);
      throw error;
    }
    slot.done(number, SHIFT.code, taken !== undefined);
    return taken;
  }
}

class RecordedEvent extends Event {
  readonly #slot: RecordedSlot;
  readonly #operations: EventOperations;

  constructor(slot: RecordedSlot, home: SlotHome, state: number, id: number, operations: EventOperations) {
    super(home, state, id);
    this.#slot = slot;
    this.#operations = operations;
  }

  override isSet(): boolean {
    const number = this.#slot.beginOperation();
    const is = super.isSet();
    this.#slot.done(number, this.#operations.isSet.code, is);
    return is;
  }

  override raise(): void {
    const number = this.#slot.beginOperation();
    super.raise();
    this.#slot.done(number, this.#operations.raise.code, false);
  }

  override advanceEpoch(): void {
    const number = this.#slot.beginOperation();
    super.advanceEpoch();
    this.#slot.done(number, this.#operations.advanceEpoch.code, false);
  }

  override clear(): void {
    const number = this.#slot.beginOperation();
    super.clear();
    this.#slot.done(number, this.#operations.clear.code, false);
  }

  override epoch(observableBits = 0): number {
    const number = this.#slot.beginOperation();
    const epoch = super.epoch(observableBits);
    const operation = this.#operations.epoch;
    this.#slot.done(number, operation.code, operation.isPositive(epoch));
    return epoch;
  }

  override clearIfUnchanged(epoch: number): boolean {
    const number = this.#slot.beginOperation();
    const cleared = super.clearIfUnchanged(epoch);
    this.#slot.done(number, this.#operations.clearIfUnchanged.code, cleared);
    return cleared;
  }

  override waitSince(epoch: number, timeoutMs: number): boolean {
    const { waiter } = this.#slot.recorder;
    super.waitSince(epoch, timeoutMs);
    return this.wake(epoch, waiter);
  }

  override watch(epoch: number, timeoutMs: number, waiter: Waiter<boolean>): void {
    super.watch(epoch, timeoutMs, new RecordedWait(this, epoch, this.#slot.recorder.waiter, waiter));
  }

  /** Determines the result of a wait of `waiter` again at its end, as an operation with a place in the order. */
  wake(epoch: number, waiter: object | undefined): boolean {
    const slot = this.#slot;
    const number = slot.beginOperation();
    const raised = super.changedSince(epoch);
    // Before another thread has the next number, so that a later number has no earlier time.
    const at = slot.clock.now();
    slot.endOperation(number);
    slot.recorder.noteTimed(slot.index, number, this.#operations.wake.code, raised, at, waiter);
    return raised;
  }
}

/** A class, because one is made for each live update: closures take more memory. */
class RecordedWait implements Waiter<boolean> {
  constructor(
    private readonly event: RecordedEvent,
    private readonly epoch: number,
    private readonly call: object | undefined,
    private readonly waiter: Waiter<boolean>,
  ) {}

  resume(): void {
    this.waiter.resume(this.event.wake(this.epoch, this.call));
  }

  fail(error: unknown): void {
    this.waiter.fail(error);
  }
}
