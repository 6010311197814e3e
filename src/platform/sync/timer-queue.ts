/**
 * One thread's timers: a binary heap whose entries know their place, so that a timer can be cancelled and leaves nothing behind.
 *
 * Timeouts are nearly all for one of a few times, and nearly all cancelled, because the awaited thing came. Those that are for the same
 * time are due in the order in which they are set: they stand in a row, of which only the first is in the heap. Setting and
 * cancelling one costs the same among a hundred thousand as among ten. (Node's own timers are kept so.)
 */

/** What is to happen at a time. Entries with the same `due` fire in the order in which they were added. */
export interface Timer {
  /** When, on the queue's clock (ms). */
  due: number;
  /** Called once when due. */
  fire(): void;
  /** Kept by the queue: place in the heap, -1 while not in the queue, -2 while about to fire, -3 in a row of timeouts. */
  place: number;
  /** Kept by the queue: order of adding. */
  order: number;
}

/** A timer that is likely to be cancelled, and one of many for the same time. */
export interface Timeout extends Timer {
  /** Kept by the queue: the row it stands in, and its neighbours there. */
  row: TimeoutRow | undefined;
  earlier: Timeout | undefined;
  later: Timeout | undefined;
}

/** Timeouts of the same time, in the order in which they were set and are due. Stands in the heap for the first of them. */
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
/** Timeouts of so many different whole times have rows at once; all others go into the heap one by one, what is left of a time among them. */
const MAX_ROWS = 16;

export class TimerQueue {
  readonly #heap: HeapEntry[] = [];
  /** By how long their timeouts are, ms. */
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
    timer.order = this.#added++;
    this.#size++;
    this.#enter(timer);
  }

  /** Sets a timeout that is due `ms` after the time it is. It must not be in a queue. */
  addTimeout(timeout: Timeout, ms: number): void {
    const row = this.#rowOf(ms);
    const last = row?.timeouts.last;
    // Not behind one that is due later: the clock was put back.
    if (row === undefined || (last !== undefined && last.due > timeout.due)) {
      this.add(timeout);
      return;
    }
    timeout.order = this.#added++;
    timeout.place = IN_ROW;
    timeout.row = row;
    timeout.earlier = last;
    row.timeouts.last = timeout;
    this.#size++;
    if (last === undefined) this.#lead(row, timeout);
    else last.later = timeout;
  }

  /** Takes a timer out; nothing happens if it is not in the queue. */
  cancel(timer: Timer): void {
    const place = timer.place;
    timer.place = NOWHERE;
    if (place >= 0) this.#leave(timer, place);
    else if (place === IN_ROW) this.#leaveRow(timer as Timeout);
    else return;
    this.#size--;
  }

  /** Takes out the earliest timer if it is due at `now`. */
  takeDue(now: number): Timer | undefined {
    const entry = this.#heap[0];
    if (entry === undefined || entry.due > now) return undefined;
    const first = "timeouts" in entry ? entry.timeouts.first : entry;
    if (first !== undefined) this.cancel(first);
    return first;
  }

  /**
   * Fires the timers that are due at `now` when it is called, except those that another of them cancels. What they add is left in
   * the queue, however early it is due: who always adds one more keeps nobody waiting. Returns whether there were any. When one
   * throws, the others stay in the queue.
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
      while (next < due.length) {
        const timer = due[next++];
        if (timer?.place !== ABOUT_TO_FIRE) continue;
        timer.place = NOWHERE;
        timer.fire();
      }
    } finally {
      for (const timer of due.slice(next)) if (timer.place === ABOUT_TO_FIRE) this.add(timer);
    }
    return true;
  }

  /** The row of the timeouts of `ms`, if they have one. */
  #rowOf(ms: number): TimeoutRow | undefined {
    let row = this.#rows.get(ms);
    if (row === undefined && Number.isInteger(ms) && this.#hasRoomForRow()) {
      row = { timeouts: { first: undefined, last: undefined }, due: Infinity, place: NOWHERE, order: 0 };
      this.#rows.set(ms, row);
    }
    return row;
  }

  /** Whether there may be a row more, once an empty one has made room if it must. */
  #hasRoomForRow(): boolean {
    if (this.#rows.size < MAX_ROWS) return true;
    for (const [ms, { timeouts }] of this.#rows) if (timeouts.first === undefined) return this.#rows.delete(ms);
    return false;
  }

  #leaveRow(timeout: Timeout): void {
    const { row, earlier, later } = timeout;
    timeout.row = timeout.earlier = timeout.later = undefined;
    if (row === undefined) return;
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
    // Who comes after another in a row is due later.
    else this.#sink(row, place);
  }

  #enter(entry: HeapEntry): void {
    this.#heap.push(entry);
    this.#rise(entry, this.#heap.length - 1);
  }

  /** Fills the place of `entry` in the heap. */
  #leave(entry: HeapEntry, place: number): void {
    const last = this.#heap.pop();
    if (last === undefined || last === entry) return;
    this.#rise(last, place);
    this.#sink(last, last.place);
  }

  #rise(timer: HeapEntry, from: number): void {
    const heap = this.#heap;
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !before(timer, parent)) break;
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
