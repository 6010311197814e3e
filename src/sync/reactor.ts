/**
 * What one thread's coroutines wait for: events and times. One doorbell, one ready set and one timer queue a thread carry
 * any number of waiting agents; nothing in the engine or the operating system grows with them.
 *
 * The reactor only keeps the books and resumes what is ready ({@link Reactor.turn}). When to take a turn is up to a driver:
 * the event loop (evented.ts), a thread that parks between turns (parked.ts), or the virtual engine.
 */
import { load, or } from "./atomics.js";
import type { Clock } from "./clock.js";
import type { Event, Watcher } from "./event.js";
import type { ReadySet } from "./ready-set.js";
import type { Wait } from "./steps.js";
import { block as blockFor } from "./sleep.js";
import { TimerQueue, type Timer } from "./timer-queue.js";

/** Told by a reactor that it has something to wait for, so that somebody takes its turns. */
export interface Driver {
  /** Something was added: a watched event, or a timer. */
  wanted(): void;
}

/** The reactor's part of an arena: this thread's place in it. */
export interface ReactorHome {
  readonly cells: Int32Array;
  readonly ready: ReadySet;
  /** This thread's bit in the watchers of an event. */
  readonly threadBit: number;
  /** Takes the turns unless another driver was chosen. */
  readonly driver: Driver;
}

interface Watch extends Timer {
  readonly event: Event;
  readonly ticket: number;
  readonly resume: (raised: boolean) => void;
  /** The next waiter of the same event. */
  next: Watch | undefined;
}

export class Reactor implements Watcher {
  readonly clock: Clock;
  readonly timers = new TimerQueue();
  readonly #findHome: () => ReactorHome;
  #homeFound: ReactorHome | undefined;
  readonly #watches = new Map<number, Watch>();
  #driver: Driver | undefined;
  #waiting = 0;

  /** `findHome` is called when the first event is watched: a thread that only blocks needs no place in the arena. */
  constructor(clock: Clock, findHome: () => ReactorHome) {
    this.clock = clock;
    this.#findHome = findHome;
  }

  /** Chooses who takes this reactor's turns. */
  drive(driver: Driver): void {
    this.#driver = driver;
  }

  get driver(): Driver | undefined {
    return this.#driver;
  }

  /** How many coroutines wait for an event. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Whether anything is waited for at all. */
  get isIdle(): boolean {
    return this.#waiting === 0 && this.timers.size === 0;
  }

  watch(event: Event, ticket: number, timeoutMs: number, resume: (raised: boolean) => void): void {
    if (event.wasRaisedSince(ticket)) { resume(true); return; }
    if (!(timeoutMs > 0)) { resume(false); return; }
    const watch: Watch = {
      event, ticket, resume, next: this.#watches.get(event.id),
      due: timeoutMs === Infinity ? Infinity : this.clock.now() + timeoutMs,
      place: -1, order: 0,
      fire: () => this.#expire(watch),
    };
    this.#watches.set(event.id, watch);
    this.#waiting++;
    if (watch.due !== Infinity) this.timers.add(watch);
    this.#arm(watch);
    this.#want();
  }

  /** Calls `fire` at `due` (ms on the clock). Returns the timer, for {@link cancel}. */
  at(due: number, fire: () => void): Timer {
    const timer: Timer = { due, fire, place: -1, order: 0 };
    this.timers.add(timer);
    this.#want();
    return timer;
  }

  cancel(timer: Timer): void {
    this.timers.cancel(timer);
  }

  /** A wait until `due` (ms on the clock). */
  until(due: number): Wait<void> {
    return {
      block: () => blockFor(due - this.clock.now()),
      start: (resume) => {
        this.at(due, () => resume(undefined));
      },
    };
  }

  /** A wait of `ms` milliseconds. */
  sleep(ms: number): Wait<void> {
    return {
      block: () => blockFor(ms),
      start: (resume) => {
        this.at(this.clock.now() + ms, () => resume(undefined));
      },
    };
  }

  /** Whether an event has something to tell; false in a thread that never watched one. */
  get hasReady(): boolean {
    return this.#waiting > 0 && !this.#home.ready.isEmpty();
  }

  /** The events that have something to tell, taken out of the ready set, in ascending order. */
  takeReady(): number[] {
    const ids: number[] = [];
    if (this.hasReady) this.#home.ready.drain(ids);
    return ids;
  }

  /** Resumes the coroutines that wait for the event `id`, if it was raised since they began. */
  dispatch(id: number): void {
    let watch = this.#watches.get(id);
    if (watch === undefined) return;
    this.#watches.delete(id);
    const raised: Watch[] = [];
    while (watch !== undefined) {
      const next: Watch | undefined = watch.next;
      if (watch.event.wasRaisedSince(watch.ticket)) {
        raised.push(watch);
      } else {
        watch.next = this.#watches.get(id);
        this.#watches.set(id, watch);
        this.#arm(watch);
      }
      watch = next;
    }
    // The list grew at its head: the last of it has waited longest and goes first.
    for (let i = raised.length - 1; i >= 0; i--) {
      const first = raised[i];
      if (first === undefined) continue;
      this.timers.cancel(first);
      this.#waiting--;
      first.resume(true);
    }
  }

  /** Resumes whatever is ready and fires the timers that are due. Returns whether there was anything to do. */
  turn(): boolean {
    const ids = this.takeReady();
    for (const id of ids) this.dispatch(id);
    const now = this.clock.now();
    let fired = false;
    for (let timer = this.timers.takeDue(now); timer !== undefined; timer = this.timers.takeDue(now)) {
      fired = true;
      timer.fire();
    }
    return fired || ids.length > 0;
  }

  get #home(): ReactorHome {
    return (this.#homeFound ??= this.#findHome());
  }

  #want(): void {
    this.#driver ??= this.#home.driver;
    this.#driver.wanted();
  }

  /** Puts this thread among the event's watchers; if the event was raised in between, makes it ready at once. */
  #arm(watch: Watch): void {
    const home = this.#home;
    const bit = 1 << home.threadBit;
    if ((load(home.cells, watch.event.watchers) & bit) === 0) or(home.cells, watch.event.watchers, bit);
    if (watch.event.wasRaisedSince(watch.ticket)) home.ready.add(watch.event.id);
  }

  #expire(watch: Watch): void {
    let at = this.#watches.get(watch.event.id);
    if (at === watch) {
      if (watch.next === undefined) this.#watches.delete(watch.event.id);
      else this.#watches.set(watch.event.id, watch.next);
    } else {
      while (at !== undefined && at.next !== watch) at = at.next;
      if (at !== undefined) at.next = watch.next;
    }
    this.#waiting--;
    watch.resume(watch.event.wasRaisedSince(watch.ticket));
  }
}
