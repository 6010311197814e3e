/**
 * The waits of one thread's coroutines, for events and times. One doorbell, one ready set and one timer queue per
 * thread serve any number of waiting agents; no resource of Node.js or of the operating system grows with them.
 *
 * The reactor only registers waits and resumes what is ready ({@link Reactor.turn}). A driver decides when to take a
 * turn: the event loop (event-loop-driver.ts), a thread that parks between turns (park.ts), or the virtual engine.
 */
import { load, or } from "./atomics.js";
import type { Clock } from "./clock.js";
import type { Event, Watcher } from "./event.js";
import { PagedArray } from "./paged-array.js";
import type { ReadySet } from "./ready-set.js";
import type { Wait, Waiter } from "./steps.js";
import { sleepBlocked as blockFor } from "./sleep.js";
import { TimerQueue, type Timeout, type Timer } from "./timer-queue.js";

/** Takes the turns of a reactor. */
export interface Driver {
  /** A watched event or a timer was added. */
  requestTurn(): void;
}

/** The reactor's part of an arena: the entry of this thread. */
export interface ReactorHome {
  readonly cells: Int32Array;
  readonly ready: ReadySet;
  /** This thread's bit in the watchers of an event. */
  readonly threadBit: number;
  /** Takes the turns unless another driver was set. */
  readonly driver: Driver;
}

/**
 * A wait for an event. A class, because very many are alive at once: closures take more memory. The only watch of an
 * event is kept after its wait for the next one, which nearly always follows: an object made for each update of each
 * agent, which lives until the next update, is expensive to collect.
 */
class Watch implements Timeout {
  place = -1;
  order = 0;
  row: Timeout["row"] = undefined;
  earlier: Timeout | undefined = undefined;
  later: Timeout | undefined = undefined;
  /** The neighbours among the waiters of the same event. */
  older: Watch | undefined = undefined;
  newer: Watch | undefined = undefined;
  epoch = 0;
  due = Infinity;
  /** Undefined while nothing waits. */
  waiter: Waiter<boolean> | undefined = undefined;

  constructor(
    public event: Event,
    private readonly expire: (watch: Watch) => void,
  ) {}

  fire(): void {
    this.expire(this);
  }
}

export class Reactor implements Watcher {
  readonly clock: Clock;
  readonly timers = new TimerQueue();
  readonly #findHome: () => ReactorHome;
  #homeFound: ReactorHome | undefined;
  /** The newest waiter of each event that is, or was, waited for. */
  readonly #watches = new PagedArray<Watch>();
  /** Ends a watch at its timeout; one function for all of them. */
  readonly #expire = (watch: Watch): void => {
    const { event, epoch } = watch;
    this.#endWatch(watch)?.resume(event.changedSince(epoch));
  };
  #driver: Driver | undefined;
  #waiting = 0;
  #lastTurnAt = 0;
  #lastPollAt: number | undefined;
  #previousPollAt: number | undefined;

  /** `findHome` is called when the first event is watched: a thread that only blocks needs no place in the arena. */
  constructor(clock: Clock, findHome: () => ReactorHome) {
    this.clock = clock;
    this.#findHome = findHome;
  }

  /** Sets the driver of this reactor; `undefined`: the event loop. */
  drive(driver: Driver | undefined): void {
    this.#driver = driver;
    if (!this.isIdle) this.#requestTurn();
  }

  get driver(): Driver | undefined {
    return this.#driver;
  }

  /** How many coroutines wait for an event. */
  get waiting(): number {
    return this.#waiting;
  }

  /** When it last checked its timers, ms on the clock: its last turn had then resumed everything that was ready. */
  get lastTurnAt(): number {
    return this.#lastTurnAt;
  }

  /**
   * When the turn before the present one checked for ready events, ms on the clock: every wait that had begun by then
   * for an event that was set by then has been resumed. Undefined before the second turn, and with a driver that
   * resumes without turns.
   */
  get previousPollAt(): number | undefined {
    return this.#previousPollAt;
  }

  /** Whether there is no wait and no timer. */
  get isIdle(): boolean {
    return this.#waiting === 0 && this.timers.size === 0;
  }

  watch(event: Event, epoch: number, timeoutMs: number, waiter: Waiter<boolean>): void {
    if (event.changedSince(epoch)) {
      waiter.resume(true);
      return;
    }
    if (!(timeoutMs > 0)) {
      waiter.resume(false);
      return;
    }
    const home = this.#home;
    const watch = this.#watchOf(event);
    watch.epoch = epoch;
    watch.waiter = waiter;
    this.#waiting++;
    if (timeoutMs !== Infinity) {
      watch.due = this.clock.now() + timeoutMs;
      this.timers.addTimeout(watch, timeoutMs);
    }
    arm(watch, home);
    this.#requestTurn();
  }

  /** Calls `fire` at `due` (ms on the clock). Returns the timer, for {@link cancel}. */
  at(due: number, fire: () => void): Timer {
    const timer: Timer = { due, fire, place: -1, order: 0 };
    this.add(timer);
    return timer;
  }

  /** Sets a timer of the caller, which must not be set already. */
  add(timer: Timer): void {
    this.timers.add(timer);
    this.#requestTurn();
  }

  cancel(timer: Timer): void {
    this.timers.cancel(timer);
  }

  /** A wait until `due` (ms on the clock). */
  until(due: number): Wait<void> {
    return {
      block: () => blockFor(due - this.clock.now()),
      start: (waiter) => {
        this.at(due, () => waiter.resume(undefined));
      },
    };
  }

  /** A wait of `ms` milliseconds. */
  sleep(ms: number): Wait<void> {
    return {
      block: () => blockFor(ms),
      start: (waiter) => {
        this.at(this.clock.now() + (ms > 0 ? ms : 0), () => waiter.resume(undefined));
      },
    };
  }

  /** Whether an event is ready; false in a thread that never watched one. */
  get hasReady(): boolean {
    return this.#waiting > 0 && !this.#home.ready.isEmpty();
  }

  /** Takes the events that are ready out of the ready set, in ascending order. */
  takeReady(): number[] {
    const ids: number[] = [];
    if (this.hasReady) this.#home.ready.drain(ids);
    return ids;
  }

  /** Resumes the coroutines that wait for the event `id`, if it was set since they began. */
  dispatch(id: number): void {
    const newest = this.#watches.get(id);
    if (newest === undefined) return;
    // Nearly always there is only one: no list then.
    if (newest.older === undefined) {
      this.#ended(newest)?.resume(true);
      return;
    }
    const raised: Waiter<boolean>[] = [];
    for (let watch: Watch | undefined = newest; watch !== undefined; ) {
      const { older }: Watch = watch;
      const waiter = this.#ended(watch);
      if (waiter !== undefined) raised.push(waiter);
      watch = older;
    }
    // The longest wait is resumed first. An error thrown by one waiter does not affect the others.
    let failure: { readonly error: unknown } | undefined;
    for (const waiter of raised.reverse()) {
      try {
        waiter.resume(true);
      } catch (error) {
        failure ??= { error };
      }
    }
    if (failure !== undefined) throw failure.error;
  }

  /**
   * Resumes everything that is ready and fires the timers that are due. Whatever becomes due meanwhile is left to the
   * next turn. Returns whether there was anything to do. When a waiter throws, the rest of the turn is left to the next
   * one.
   */
  turn(): boolean {
    this.#previousPollAt = this.#lastPollAt;
    this.#lastPollAt = this.clock.now();
    const ids = this.takeReady();
    let next = 0;
    try {
      for (const id of ids) {
        next++;
        this.dispatch(id);
      }
    } finally {
      for (const id of ids.slice(next)) this.#home.ready.add(id);
    }
    const now = this.clock.now();
    this.#lastTurnAt = now;
    return this.timers.fireDue(now) || ids.length > 0;
  }

  /** Ends the watch and returns its waiter, if its event was set since it began; otherwise continues it. */
  #ended(watch: Watch): Waiter<boolean> | undefined {
    if (watch.waiter === undefined) return undefined;
    if (!watch.event.changedSince(watch.epoch)) {
      arm(watch, this.#home);
      return undefined;
    }
    this.timers.cancel(watch);
    return this.#endWatch(watch);
  }

  get #home(): ReactorHome {
    return (this.#homeFound ??= this.#findHome());
  }

  #requestTurn(): void {
    this.#driver ??= this.#home.driver;
    this.#driver.requestTurn();
  }

  /** A watch of the event that has no waiter. */
  #watchOf(event: Event): Watch {
    const newest = this.#watches.get(event.id);
    if (newest !== undefined && newest.waiter === undefined) {
      // The same event, but perhaps a handle of another agent of the slot.
      newest.event = event;
      return newest;
    }
    const watch = new Watch(event, this.#expire);
    watch.older = newest;
    if (newest !== undefined) newest.newer = watch;
    this.#watches.set(event.id, watch);
    return watch;
  }

  /** Ends the wait of a watch; returns its waiter. The only watch of an event is kept. */
  #endWatch(watch: Watch): Waiter<boolean> | undefined {
    const { event, older, newer, waiter } = watch;
    if (older !== undefined) older.newer = newer;
    if (newer !== undefined) newer.older = older;
    else if (older !== undefined) this.#watches.set(event.id, older);
    watch.older = watch.newer = watch.waiter = undefined;
    this.#waiting--;
    return waiter;
  }
}

/** Adds this thread to the event's watchers; if the event was set in between, makes it ready at once. */
function arm({ event, epoch }: Watch, { cells, ready, threadBit }: ReactorHome): void {
  const bit = 1 << threadBit;
  if ((load(cells, event.watchers) & bit) === 0) or(cells, event.watchers, bit);
  if (event.changedSince(epoch)) ready.add(event.id);
}
