/**
 * An agent's part of the arena: its events, its flags and the ring of its mailbox. A handle; any thread may have one.
 */
import { add, load, store, test, update } from "./atomics.js";
import type { Clock } from "./clock.js";
import { clearEvent, Event, type EventHome } from "./event.js";
import { EVENT_NAMES, EVENTS_PER_SLOT, SLOT, type EventName } from "./layout.js";
import { Ring } from "./ring.js";
import { recoverOrder, beginOrdered, endOrdered } from "./slot-order.js";

/** The flags word: these bits, and above them how often one of them was marked. */
const SHUTDOWN = 1;
const RELEASED = 2;
const ONE_MARK = 4;

/** The part of the arena that a slot uses. */
export interface SlotHome extends EventHome {
  readonly bytes: Buffer;
  /** This thread's number in the arena; claimed when first needed. */
  readonly thread: number;
}

export class Slot {
  /** The slot's number, by which other threads open it. */
  readonly index: number;
  protected readonly home: SlotHome;
  /** Index of its first word. */
  protected readonly word: number;
  readonly ring: Ring;
  /**
   * Made on first use: most agents use two of them. Allocated for all, because an array that grows takes more memory.
   */
  readonly #events: (Event | undefined)[] = [undefined, undefined, undefined, undefined];

  constructor(home: SlotHome, index: number, word: number, ringBytes: number) {
    this.home = home;
    this.index = index;
    this.word = word;
    this.ring = this.makeRing(ringBytes);
  }

  get clock(): Clock {
    return this.home.clock;
  }

  /** Whether it lies in the memory of `cells`. */
  isIn(cells: Int32Array): boolean {
    return this.home.cells.buffer === cells.buffer;
  }

  /** This thread's number in the arena. */
  get thread(): number {
    return this.home.thread;
  }

  /** @throws TypeError on an unknown name */
  event(name: EventName): Event {
    const place = EVENT_NAMES.indexOf(name);
    let event = this.#events[place];
    if (event === undefined) {
      if (place === -1) throw new TypeError(`unknown event "${name}" of a slot: expected ${EVENT_NAMES.join(", ")}`);
      event = this.makeEvent(name, this.word + SLOT.events + place * 2, this.index * EVENTS_PER_SLOT + place);
      this.#events[place] = event;
    }
    return event;
  }

  /** For subclasses. Called by the constructor, when only `home`, `index` and `word` are set. */
  protected makeRing(bytes: number): Ring {
    return new Ring(this.home.cells, this.home.bytes, this.word, bytes);
  }

  /** For subclasses. @param state the index of the first of the event's two words */
  protected makeEvent(_name: EventName, state: number, id: number): Event {
    return new Event(this.home, state, id);
  }

  get isShutdown(): boolean {
    return test(this.home.cells, this.word + SLOT.flags, SHUTDOWN);
  }

  markShutdown(): void {
    this.#mark(SHUTDOWN);
  }

  /** Whether a status that ends pending acts was announced here. */
  get isReleased(): boolean {
    return test(this.home.cells, this.word + SLOT.flags, RELEASED);
  }

  markReleased(): void {
    this.#mark(RELEASED);
  }

  /** How often the slot was marked shut down or released. */
  get markCount(): number {
    return this.#flags() >>> 2;
  }

  /**
   * Makes all threads that are blocked on the slot check it again, and repeats the notification if its mailbox has
   * messages or flags. For {@link Arena.recoverDeadThread}.
   */
  wakeAll(): void {
    for (const name of EVENT_NAMES) this.event(name).wakeAll();
    if (this.ring.count > 0 || this.#flags() !== 0) this.event("hasLiveUpdate").notifyAll();
  }

  /**
   * Begins an operation that is ordered among all operations on the slot; returns its number. Until
   * {@link endOperation} no other thread is in one. After the death of a thread in an operation call
   * {@link recoverFrom}.
   */
  beginOperation(): number {
    return beginOrdered(this.home.cells, this.word + SLOT.order, this.home.thread);
  }

  /** Ends the operation `number`. */
  endOperation(number: number): void {
    endOrdered(this.home.cells, this.word + SLOT.order, number);
  }

  /** Ends whatever `thread`, which is dead, was doing with the slot. */
  recoverFrom(thread: number): void {
    this.ring.recoverFrom(thread);
    recoverOrder(this.home.cells, this.word + SLOT.order, thread);
  }

  /** How often the slot has been allocated: distinguishes its successive agents. */
  get incarnation(): number {
    return load(this.home.cells, this.word + SLOT.incarnation);
  }

  /**
   * Prepares the slot for its next agent. The generations of its events continue, so that no waiter takes one of the
   * old agent for one of the new agent.
   */
  reset(): void {
    const { cells } = this.home;
    for (let event = 0; event < EVENTS_PER_SLOT; event++) clearEvent(cells, this.word + SLOT.events + event * 2);
    store(cells, this.word + SLOT.flags, 0);
    store(cells, this.word + SLOT.queue, 0);
    store(cells, this.word + SLOT.order, 0);
    for (const word of [SLOT.heads, SLOT.heads + 1, SLOT.tails, SLOT.tails + 1]) store(cells, this.word + word, 0);
    add(cells, this.word + SLOT.incarnation, 1);
  }

  #flags(): number {
    return load(this.home.cells, this.word + SLOT.flags);
  }

  #mark(flag: number): void {
    update(this.home.cells, this.word + SLOT.flags, -1, marked, flag);
  }
}

function marked(flags: number, flag: number): number {
  return (flags | flag) + ONE_MARK;
}
