/**
 * One thread's timers: a binary heap whose entries know their place, so that the usual fate of a timeout — to be cancelled
 * because the awaited thing came — costs O(log n) and leaves nothing behind.
 */

/** What is to happen at a time. Entries with the same `due` fire in the order in which they were added. */
export interface Timer {
  /** When, on the queue's clock (ms). */
  due: number;
  /** Called once when due. */
  fire(): void;
  /** Kept by the queue: place in the heap, -1 while not in it, -2 while about to fire. */
  place: number;
  /** Kept by the queue: order of adding. */
  order: number;
}

const NOWHERE = -1;
const ABOUT_TO_FIRE = -2;

export class TimerQueue {
  readonly #heap: Timer[] = [];
  #added = 0;

  /** How many timers are set. */
  get size(): number {
    return this.#heap.length;
  }

  /** When the earliest timer is due (ms), `Infinity` without one. */
  get nextDue(): number {
    return this.#heap[0]?.due ?? Infinity;
  }

  /** Sets a timer. It must not be in a queue. */
  add(timer: Timer): void {
    timer.order = this.#added++;
    this.#heap.push(timer);
    this.#rise(timer, this.#heap.length - 1);
  }

  /** Takes a timer out; nothing happens if it is not in the queue. */
  cancel(timer: Timer): void {
    const place = timer.place;
    timer.place = NOWHERE;
    if (place < 0) return;
    const last = this.#heap.pop();
    if (last === undefined || last === timer) return;
    this.#rise(last, place);
    this.#sink(last, last.place);
  }

  /** Takes out the earliest timer if it is due at `now`. */
  takeDue(now: number): Timer | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.due > now) return undefined;
    this.cancel(first);
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

  #rise(timer: Timer, from: number): void {
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

  #sink(timer: Timer, from: number): void {
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

function before(a: Timer, b: Timer): boolean {
  return a.due < b.due || (a.due === b.due && a.order < b.order);
}
