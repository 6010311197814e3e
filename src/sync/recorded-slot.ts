/**
 * A slot every operation on which takes a number in the slot, and is noted by it. The same memory as the plain slot, and the same
 * meaning. What a {@link WitnessedSlot} does in general is written out here operation by operation: this is in the way of every live update
 * of a run. There are as many of these as agents, and each is looked at when its memory is out of the cache: so they hold as little as
 * they can, and what all of them have in common is in the arena.
 */
import { Event } from "./event.js";
import { SLOT, type EventName } from "./layout.js";
import { Ring, type Taken } from "./ring.js";
import { enterOrder, leaveOrder } from "./slot-order.js";
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
  marks: MARKS,
  rouse: ROUSE,
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

  override enter(): number {
    return enterOrder(this.#cells, this.#order, this.#thread);
  }

  /** Leaves, and notes what was done. */
  done(number: number, code: number, positive: boolean): void {
    leaveOrder(this.#cells, this.#order, number);
    this.recorder.noteOperation(this.index, number, code, positive);
  }

  override get isShutdown(): boolean {
    const number = this.enter();
    const is = super.isShutdown;
    this.done(number, IS_SHUTDOWN.code, is);
    return is;
  }

  override markShutdown(): void {
    const number = this.enter();
    super.markShutdown();
    this.done(number, MARK_SHUTDOWN.code, false);
  }

  override get isReleased(): boolean {
    const number = this.enter();
    const is = super.isReleased;
    this.done(number, IS_RELEASED.code, is);
    return is;
  }

  override markReleased(): void {
    const number = this.enter();
    super.markReleased();
    this.done(number, MARK_RELEASED.code, false);
  }

  override get marks(): number {
    const number = this.enter();
    const marks = super.marks;
    this.done(number, MARKS.code, MARKS.isPositive(marks));
    return marks;
  }

  /** What it comes to is no operation of its own. Who rouses a slot has not opened it: its time alone says which tenant it befell. */
  override rouse(): void {
    const plain = new Slot(this.home, this.index, this.word, this.#ringBytes);
    const number = this.enter();
    plain.rouse();
    const at = this.clock.now();
    this.leave(number);
    this.recorder.noteTimed(this.index, number, ROUSE.code, false, at, undefined);
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
    const number = this.#slot.enter();
    const count = super.count;
    this.#slot.done(number, COUNT.code, COUNT.isPositive(count));
    return count;
  }

  override get isEmpty(): boolean {
    const slot = this.#slot;
    const number = slot.enter();
    const is = super.isEmpty;
    slot.done(number, IS_EMPTY.code, is);
    return is;
  }

  override push(message: string, thread: number): number {
    const slot = this.#slot;
    const number = slot.enter();
    const pending = super.push(message, thread);
    slot.leave(number);
    slot.recorder.notePush(slot.index, number, PUSH.code, PUSH.isPositive(pending), Buffer.byteLength(message));
    return pending;
  }

  override shift(): Taken | undefined {
    const slot = this.#slot;
    const number = slot.enter();
    let taken;
    try {
      taken = super.shift();
    } catch (error) {
      slot.leave(number);
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
    const number = this.#slot.enter();
    const is = super.isSet();
    this.#slot.done(number, this.#operations.isSet.code, is);
    return is;
  }

  override raise(): void {
    const number = this.#slot.enter();
    super.raise();
    this.#slot.done(number, this.#operations.raise.code, false);
  }

  override advance(): void {
    const number = this.#slot.enter();
    super.advance();
    this.#slot.done(number, this.#operations.advance.code, false);
  }

  override clear(): void {
    const number = this.#slot.enter();
    super.clear();
    this.#slot.done(number, this.#operations.clear.code, false);
  }

  override ticket(tells = 0): number {
    const number = this.#slot.enter();
    const ticket = super.ticket(tells);
    const operation = this.#operations.ticket;
    this.#slot.done(number, operation.code, operation.isPositive(ticket));
    return ticket;
  }

  override clearIf(ticket: number): boolean {
    const number = this.#slot.enter();
    const cleared = super.clearIf(ticket);
    this.#slot.done(number, this.#operations.clearIf.code, cleared);
    return cleared;
  }

  override waitBeyond(ticket: number, timeoutMs: number): boolean {
    const { waiter } = this.#slot.recorder;
    super.waitBeyond(ticket, timeoutMs);
    return this.wake(ticket, waiter);
  }

  override watch(ticket: number, timeoutMs: number, waiter: Waiter<boolean>): void {
    super.watch(ticket, timeoutMs, new RecordedWait(this, ticket, this.#slot.recorder.waiter, waiter));
  }

  /** What a wait of `waiter` comes to is looked up again at its end, where its place in the order is taken. */
  wake(ticket: number, waiter: object | undefined): boolean {
    const slot = this.#slot;
    const number = slot.enter();
    const raised = super.wasRaisedSince(ticket);
    // Before anybody else has the next number: later in the order is not earlier in time.
    const at = slot.clock.now();
    slot.leave(number);
    slot.recorder.noteTimed(slot.index, number, this.#operations.wake.code, raised, at, waiter);
    return raised;
  }
}

/** A class, because one is made for each update: closures take more memory. */
class RecordedWait implements Waiter<boolean> {
  constructor(
    private readonly event: RecordedEvent,
    private readonly ticket: number,
    private readonly call: object | undefined,
    private readonly waiter: Waiter<boolean>,
  ) {}

  resume(): void {
    this.waiter.resume(this.event.wake(this.ticket, this.call));
  }

  fail(error: unknown): void {
    this.waiter.fail(error);
  }
}
