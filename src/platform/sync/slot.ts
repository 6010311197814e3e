/** An agent's place in the arena: its events, its flags and the ring of its mailbox. A handle; any thread may have one. */
import { add, load, store, test, update } from "./atomics.js";
import type { Clock } from "./clock.js";
import { clearEvent, Event, type EventHome } from "./event.js";
import { EVENT_NAMES, EVENTS_PER_SLOT, SLOT, type EventName } from "./layout.js";
import { Ring } from "./ring.js";
import { recoverOrder, beginOrdered, endOrdered } from "./slot-order.js";

/** The flags word: these, and above them how often one of them was marked. */
const SHUTDOWN = 1;
const RELEASED = 2;
const ONE_MARK = 4;

/** What a slot needs of its arena. */
export interface SlotHome extends EventHome {
  readonly bytes: Buffer;
  /** This thread's place in the arena; taken when first needed. */
  readonly thread: number;
}

export class Slot {
  /** The slot's number, by which other threads find it. */
  readonly index: number;
  protected readonly home: SlotHome;
  /** Index of its first word. */
  protected readonly word: number;
  readonly ring: Ring;
  /** Made when first asked for: most agents use two of them. Room for all from the start, as an array that grows takes more. */
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

  /** Whether it lies in the memory that `cells` are. */
  isIn(cells: Int32Array): boolean {
    return this.home.cells.buffer === cells.buffer;
  }

  /** This thread's place in the arena. */
  get thread(): number {
    return this.home.thread;
  }

  /** @throws TypeError when there is none of that name */
  event(name: EventName): Event {
    const place = EVENT_NAMES.indexOf(name);
    let event = this.#events[place];
    if (event === undefined) {
      if (place === -1) throw new TypeError(`a slot has no event "${name}", but ${EVENT_NAMES.join(", ")}`);
      event = this.makeEvent(name, this.word + SLOT.events + place * 2, this.index * EVENTS_PER_SLOT + place);
      this.#events[place] = event;
    }
    return event;
  }

  /** For slots of other kinds. Called while the slot is made, when it knows its place and nothing else. */
  protected makeRing(bytes: number): Ring {
    return new Ring(this.home.cells, this.home.bytes, this.word, bytes);
  }

  /** For slots of other kinds. @param state the index of the first of the event's two words */
  protected makeEvent(_name: EventName, state: number, id: number): Event {
    return new Event(this.home, state, id);
  }

  get isShutdown(): boolean {
    return test(this.home.cells, this.word + SLOT.flags, SHUTDOWN);
  }

  markShutdown(): void {
    this.#mark(SHUTDOWN);
  }

  /** Whether a status that frees pending acts was ever announced here. */
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
   * Has everyone who waits on the slot without a reactor look again, and makes up for the announcement of whatever its
   * mailbox has to tell. For {@link Arena.recoverDeadThread}.
   */
  wakeAll(): void {
    for (const name of EVENT_NAMES) this.event(name).wakeAll();
    if (this.ring.count > 0 || this.#flags() !== 0) this.event("hasLiveUpdate").notifyAll();
  }

  /**
   * Begins an operation whose place among all operations on the slot is to be known; gives its number. Until {@link endOperation} nobody
   * else is in one, and nobody may die there without {@link recoverFrom}.
   */
  beginOperation(): number {
    return beginOrdered(this.home.cells, this.word + SLOT.order, this.home.thread);
  }

  /** Ends the operation `number`. */
  endOperation(number: number): void {
    endOrdered(this.home.cells, this.word + SLOT.order, number);
  }

  /** Puts `thread`, which is dead, out of whatever it was doing with the slot. */
  recoverFrom(thread: number): void {
    this.ring.recoverFrom(thread);
    recoverOrder(this.home.cells, this.word + SLOT.order, thread);
  }

  /** How often the slot has been allocated: tells one tenant of it from the next. */
  get incarnation(): number {
    return load(this.home.cells, this.word + SLOT.incarnation);
  }

  /**
   * Prepares the slot for its next tenant. Events keep counting where they were, so that nobody takes the old tenant's
   * generation for the new one's.
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
