/**
 * One thread's timers: a binary heap whose entries hold their index, so that a cancelled timer is removed at once.
 *
 * Nearly all timeouts have one of a few durations, and nearly all are cancelled, because the awaited event came.
 * Timeouts of the same duration are due in the order in which they are set: they form a row, of which only the first is
 * in the heap. To set or cancel one costs the same among a hundred thousand as among ten. (Node's own timers work
 * alike.)
 */
import { assert } from "../../vocabulary/index.js";

/** A function to be called at a time. Timers with the same `due` fire in the order in which they were added. */
export interface Timer {
  /** When, on the queue's clock (ms). */
  due: number;
  /** Called once when due. */
  fire(): void;
  /**
   * Set by the queue: the index in the heap, -1 while not in the queue, -2 while about to fire, -3 in a row of
   * timeouts.
   */
  place: number;
  /** Set by the queue: order of adding. */
  order: number;
}

/** A timer that is likely to be cancelled, and one of many with the same duration. */
export interface Timeout extends Timer {
  /** Set by the queue: the row of the timeout, and its neighbours there. */
  row: TimeoutRow | undefined;
  earlier: Timeout | undefined;
  later: Timeout | undefined;
}

/**
 * Timeouts of the same duration, in the order in which they were set and are due. It is in the heap in place of the
 * first.
 */
export interface TimeoutRow {
  readonly timeouts: { first: Timeout | undefined; last: Timeout | undefined };
  due: number;
  place: number;
  order: number;
}

type HeapEntry = Timer | TimeoutRow;

const NOWHERE = -1;
const ABOUT_TO_FIRE = -2;
const IN_ROW = -3;
/** The most rows at once, each of a whole number of ms. All other timeouts go into the heap one by one. */
const MAX_ROWS = 16;

export class TimerQueue {
  readonly #heap: HeapEntry[] = [];
  /** By the duration of their timeouts, ms. */
  readonly #rows = new Map<number, TimeoutRow>();
  #added = 0;
  #size = 0;

  /** How many timers are set. */
  get size(): number {
    return this.#size;
  }

  /** When the earliest timer is due (ms), `Infinity` without one. */
  get nextDue(): number {
    return this.#heap[0]?.due ?? Infinity;
  }

  /** Sets a timer. It must not be in a queue. */
  add(timer: Timer): void {
    assert(timer.place === NOWHERE, "a timer was set that is already set");
    timer.order = this.#added++;
    this.#size++;
    this.#enter(timer);
  }

  /** Sets a timeout that is due `ms` from now. It must not be in a queue. */
  addTimeout(timeout: Timeout, ms: number): void {
    const row = this.#rowOf(ms);
    const last = row?.timeouts.last;
    // Not after one that is due later: the clock may have been set back.
    if (row === undefined || (last !== undefined && last.due > timeout.due)) {
      this.add(timeout);
      return;
    }
    assert(timeout.place === NOWHERE, "a timeout was set that is already set");
    timeout.order = this.#added++;
    timeout.place = IN_ROW;
    timeout.row = row;
    timeout.earlier = last;
    row.timeouts.last = timeout;
    this.#size++;
    if (last === undefined) this.#lead(row, timeout);
    else last.later = timeout;
  }

  /** Removes a timer; does nothing if it is not in the queue. */
  cancel(timer: Timer): void {
    const place = timer.place;
    timer.place = NOWHERE;
    if (place >= 0) this.#leave(timer, place);
    else if (place === IN_ROW) this.#leaveRow(timer as Timeout);
    else return;
    this.#size--;
  }

  /** Removes and returns the earliest timer if it is due at `now`. */
  takeDue(now: number): Timer | undefined {
    const entry = this.#heap[0];
    if (entry === undefined || entry.due > now) return undefined;
    const first = "timeouts" in entry ? entry.timeouts.first : entry;
    assert(first !== undefined, "an empty row of timeouts is in the heap");
    this.cancel(first);
    return first;
  }

  /**
   * Fires the timers that are due at `now` when it is called, except those that another of them cancels. Timers that
   * they add stay in the queue, even if they are due, so that a timer which always adds another cannot starve the
   * thread. Returns whether there were any. When one throws, the others stay in the queue.
   */
  fireDue(now: number): boolean {
    if (this.nextDue > now) return false;
    const due: Timer[] = [];
    for (let timer = this.takeDue(now); timer !== undefined; timer = this.takeDue(now)) {
      timer.place = ABOUT_TO_FIRE;
      due.push(timer);
    }
    let next = 0;
    try {
      for (const timer of due) {
        next++;
        if (timer.place !== ABOUT_TO_FIRE) continue;
        timer.place = NOWHERE;
        timer.fire();
      }
    } finally {
      for (const timer of due.slice(next)) {
        if (timer.place !== ABOUT_TO_FIRE) continue;
        timer.place = NOWHERE;
        this.add(timer);
      }
    }
    return true;
  }

  /** The row of the timeouts of `ms`; undefined when there is no room for one. */
  #rowOf(ms: number): TimeoutRow | undefined {
    let row = this.#rows.get(ms);
    if (row === undefined && Number.isInteger(ms) && this.#hasRoomForRow()) {
      row = { timeouts: { first: undefined, last: undefined }, due: Infinity, place: NOWHERE, order: 0 };
      this.#rows.set(ms, row);
    }
    return row;
  }

  /** Whether there is room for another row. Deletes an empty one if that is needed. */
  #hasRoomForRow(): boolean {
    if (this.#rows.size < MAX_ROWS) return true;
    for (const [ms, { timeouts }] of this.#rows) if (timeouts.first === undefined) return this.#rows.delete(ms);
    return false;
  }

  #leaveRow(timeout: Timeout): void {
    const { row, earlier, later } = timeout;
    timeout.row = timeout.earlier = timeout.later = undefined;
    assert(row !== undefined, "a timeout in a row does not know its row");
    if (later === undefined) row.timeouts.last = earlier;
    else later.earlier = earlier;
    if (earlier === undefined) this.#lead(row, later);
    else earlier.later = later;
  }

  /** Makes `first` the first of the row. */
  #lead(row: TimeoutRow, first: Timeout | undefined): void {
    row.timeouts.first = first;
    const { place } = row;
    if (first === undefined) {
      row.place = NOWHERE;
      this.#leave(row, place);
      return;
    }
    row.due = first.due;
    row.order = first.order;
    if (place === NOWHERE) this.#enter(row);
    // The next of a row is due later.
    else this.#sink(row, place);
  }

  #enter(entry: HeapEntry): void {
    this.#heap.push(entry);
    this.#rise(entry, this.#heap.length - 1);
  }

  /** Removes `entry`, which is at `place`, from the heap. */
  #leave(entry: HeapEntry, place: number): void {
    const last = this.#heap.pop();
    assert(last !== undefined, "an entry was removed from an empty heap");
    if (last === entry) return;
    this.#rise(last, place);
    this.#sink(last, last.place);
  }

  #rise(timer: HeapEntry, from: number): void {
    const heap = this.#heap;
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above];
      assert(parent !== undefined, "a heap has no parent of an entry");
      if (!before(timer, parent)) break;
      heap[place] = parent;
      parent.place = place;
      place = above;
    }
    heap[place] = timer;
    timer.place = place;
  }

  #sink(timer: HeapEntry, from: number): void {
    const heap = this.#heap;
    let place = from;
    for (;;) {
      const left = 2 * place + 1;
      const a = heap[left];
      if (a === undefined) break;
      const b = heap[left + 1];
      const child = b !== undefined && before(b, a) ? b : a;
      if (!before(child, timer)) break;
      const below = child.place;
      heap[place] = child;
      child.place = place;
      place = below;
    }
    heap[place] = timer;
    timer.place = place;
  }
}

function before(a: HeapEntry, b: HeapEntry): boolean {
  return a.due < b.due || (a.due === b.due && a.order < b.order);
}
