/**
 * A slot every operation on which takes a number in the slot, and is noted by it. The same memory as the plain slot, and the same
 * meaning. What a {@link WitnessedSlot} does in general is written out here operation by operation: this is in the way of every live update
 * of a run.
 */
import type { Clock } from "./clock.js";
import { Event, type EventHome } from "./event.js";
import { EVENT_NAMES, EVENTS_PER_SLOT, SLOT, type EventName } from "./layout.js";
import { Ring, type Taken } from "./ring.js";
import { enterOrder, leaveOrder } from "./slot-order.js";
import { eventOperations, slotOperations, type EventOperations } from "./slot-operations.js";
import type { SlotRecorder } from "./slot-recorder.js";
import { Slot, type SlotHome } from "./slot.js";
import type { Waiter } from "./steps.js";

const { push: PUSH, shift: SHIFT, isEmpty: IS_EMPTY, count: COUNT } = slotOperations;
const { isShutdown: IS_SHUTDOWN, markShutdown: MARK_SHUTDOWN, isReleased: IS_RELEASED, markReleased: MARK_RELEASED, marks: MARKS, rouse: ROUSE } = slotOperations;

/** Where operations of this thread on one slot take their numbers, and are noted. */
class Place {
  readonly #cells: Int32Array;
  readonly #word: number;
  readonly #thread: number;
  readonly #recorder: SlotRecorder;
  readonly #index: number;

  constructor({ cells, thread }: SlotHome, index: number, word: number, recorder: SlotRecorder) {
    this.#cells = cells;
    this.#word = word + SLOT.order;
    this.#thread = thread;
    this.#recorder = recorder;
    this.#index = index;
  }

  enter(): number {
    return enterOrder(this.#cells, this.#word, this.#thread);
  }

  leave(number: number): void {
    leaveOrder(this.#cells, this.#word, number);
  }

  /** Leaves, and notes what was done. */
  done(number: number, { code }: { readonly code: number }, positive: boolean): void {
    leaveOrder(this.#cells, this.#word, number);
    this.#recorder.noteOperation(this.#index, number, code, positive);
  }

  pushed(number: number, positive: boolean, bytes: number): void {
    leaveOrder(this.#cells, this.#word, number);
    this.#recorder.notePush(this.#index, number, PUSH.code, positive, bytes);
  }

  woken(number: number, { code }: { readonly code: number }, positive: boolean, atMs: number, waiter: object | undefined): void {
    leaveOrder(this.#cells, this.#word, number);
    this.#recorder.noteWake(this.#index, number, code, positive, atMs, waiter);
  }

  get waiter(): object | undefined {
    return this.#recorder.waiter;
  }
}

export class RecordedSlot extends Slot {
  override readonly ring: Ring;
  readonly #place: Place;
  readonly #makeEvent: (name: EventName) => Event;
  readonly #recordedEvents: (Event | undefined)[] = [];
  readonly #plain: () => Slot;

  constructor(home: SlotHome, index: number, word: number, ringBytes: number, recorder: SlotRecorder) {
    super(home, index, word, ringBytes);
    const place = new Place(home, index, word, recorder);
    this.#place = place;
    this.ring = new RecordedRing(home, word, ringBytes, place);
    this.#makeEvent = (name) => {
      const at = EVENT_NAMES.indexOf(name);
      return new RecordedEvent(home, word + SLOT.events + at * 2, index * EVENTS_PER_SLOT + at, eventOperations[name], place);
    };
    this.#plain = () => new Slot(home, index, word, ringBytes);
  }

  override event(name: EventName): Event {
    return (this.#recordedEvents[EVENT_NAMES.indexOf(name)] ??= this.#makeEvent(name));
  }

  override get isShutdown(): boolean {
    const number = this.#place.enter();
    const is = super.isShutdown;
    this.#place.done(number, IS_SHUTDOWN, is);
    return is;
  }

  override markShutdown(): void {
    const number = this.#place.enter();
    super.markShutdown();
    this.#place.done(number, MARK_SHUTDOWN, false);
  }

  override get isReleased(): boolean {
    const number = this.#place.enter();
    const is = super.isReleased;
    this.#place.done(number, IS_RELEASED, is);
    return is;
  }

  override markReleased(): void {
    const number = this.#place.enter();
    super.markReleased();
    this.#place.done(number, MARK_RELEASED, false);
  }

  override get marks(): number {
    const number = this.#place.enter();
    const marks = super.marks;
    this.#place.done(number, MARKS, MARKS.isPositive(marks));
    return marks;
  }

  override rouse(): void {
    const number = this.#place.enter();
    this.#plain().rouse();
    this.#place.done(number, ROUSE, false);
  }

  /** Where the order begins, so no part of it. */
  override reset(): void {
    this.#plain().reset();
  }
}

class RecordedRing extends Ring {
  readonly #place: Place;

  constructor({ cells, bytes }: SlotHome, word: number, size: number, place: Place) {
    super(cells, bytes, word, size);
    this.#place = place;
  }

  override get count(): number {
    const number = this.#place.enter();
    const count = super.count;
    this.#place.done(number, COUNT, COUNT.isPositive(count));
    return count;
  }

  override get isEmpty(): boolean {
    const number = this.#place.enter();
    const is = super.isEmpty;
    this.#place.done(number, IS_EMPTY, is);
    return is;
  }

  override push(message: string, thread: number): number {
    const number = this.#place.enter();
    const pending = super.push(message, thread);
    this.#place.pushed(number, PUSH.isPositive(pending), Buffer.byteLength(message));
    return pending;
  }

  override shift(): Taken | undefined {
    const number = this.#place.enter();
    let taken;
    try {
      taken = super.shift();
    } catch (error) {
      this.#place.leave(number);
      throw error;
    }
    this.#place.done(number, SHIFT, taken !== undefined);
    return taken;
  }
}

class RecordedEvent extends Event {
  readonly #operations: EventOperations;
  readonly #place: Place;
  readonly #clock: Clock;

  constructor(home: EventHome, state: number, id: number, operations: EventOperations, place: Place) {
    super(home, state, id);
    this.#operations = operations;
    this.#place = place;
    this.#clock = home.clock;
  }

  override isSet(): boolean {
    const number = this.#place.enter();
    const is = super.isSet();
    this.#place.done(number, this.#operations.isSet, is);
    return is;
  }

  override raise(): void {
    const number = this.#place.enter();
    super.raise();
    this.#place.done(number, this.#operations.raise, false);
  }

  override advance(): void {
    const number = this.#place.enter();
    super.advance();
    this.#place.done(number, this.#operations.advance, false);
  }

  override clear(): void {
    const number = this.#place.enter();
    super.clear();
    this.#place.done(number, this.#operations.clear, false);
  }

  override ticket(): number {
    const number = this.#place.enter();
    const ticket = super.ticket();
    this.#place.done(number, this.#operations.ticket, this.#operations.ticket.isPositive(ticket));
    return ticket;
  }

  override clearIf(ticket: number): boolean {
    const number = this.#place.enter();
    const cleared = super.clearIf(ticket);
    this.#place.done(number, this.#operations.clearIf, cleared);
    return cleared;
  }

  override waitBeyond(ticket: number, timeoutMs: number): boolean {
    const { waiter } = this.#place;
    super.waitBeyond(ticket, timeoutMs);
    return this.#wake(ticket, waiter);
  }

  override watch(ticket: number, timeoutMs: number, waiter: Waiter<boolean>): void {
    const { waiter: call } = this.#place;
    // What the wait comes to is looked up again at its end, where its place in the order is taken.
    super.watch(ticket, timeoutMs, { resume: () => waiter.resume(this.#wake(ticket, call)), fail: (error) => waiter.fail(error) });
  }

  #wake(ticket: number, waiter: object | undefined): boolean {
    const number = this.#place.enter();
    const raised = super.wasRaisedSince(ticket);
    // Before anybody else has the next number: later in the order is not earlier in time.
    const at = this.#clock.now();
    this.#place.woken(number, this.#operations.wake, raised, at, waiter);
    return raised;
  }
}
