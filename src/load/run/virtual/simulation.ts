/**
 * The simulated machine: a clock that stands still while anything runs and then jumps to whatever is next, and a scheduler that
 * decides from a stream of random numbers how soon a raised event wakes those who wait for it, and in which order what is due
 * at the same time happens.
 *
 * On a real machine a raised event takes some microseconds to reach its waiter, and other threads go on meanwhile. That is
 * where interleavings come from, so that is what is drawn.
 */
import type { Random } from "../../scenario/index.js";
import { Arena, EVENT_NAMES, type ArenaOptions, type Timer } from "../../../platform/sync/index.js";

/** A wake-up takes at least, and at most, so long, ms. A thread that parks on a futex is woken within about these times. */
const MIN_WAKE_MS = 0.01;
const MAX_WAKE_MS = 0.08;

export interface SimulationOptions {
  readonly arena: Omit<ArenaOptions, "clock" | "driver">;
  /** The scheduler's choices. */
  readonly random: Random;
  /** Told of each wake-up, when it reaches the waiters of the event of this name in the slot of this index. */
  readonly onWake: (slot: number, event: string) => void;
  /** By how much longer the wake-up of an event in this slot takes, ms; for faults. */
  readonly delayOf: (slot: number) => number;
}

export interface Simulation {
  readonly arena: Arena;
  /** The time, ms. */
  readonly now: number;
  /**
   * Goes on until `done`, until the clock is at `untilMs`, or for so many steps. Returns whether it was not for the steps: false
   * means that there is more to do.
   */
  readonly advance: (done: () => boolean, untilMs: number, steps: number) => boolean;
}

/** A wake-up on its way. There are very many, for a short time each: one that has reached its waiters is used again. */
interface Wake {
  /** Of which event. */
  event: number;
  readonly timer: Timer;
}

export function createSimulation({ arena: options, random, onWake, delayOf }: SimulationOptions): Simulation {
  let now = 0;
  /** Of what is due now, so many were put into an order and keep it, however often `advance` is called: only what comes after is ordered again. */
  let ordered = 0;
  const arena = Arena.create({ ...options, clock: { now: () => now }, driver: { requestTurn: () => undefined } });
  const { reactor } = arena;
  const { timers } = reactor;

  const idle: Wake[] = [];
  const newWake = (): Wake => {
    const wake: Wake = { event: 0, timer: { due: 0, fire: () => arrive(wake), place: -1, order: 0 } };
    return wake;
  };
  const arrive = (wake: Wake): void => {
    const { event } = wake;
    idle.push(wake);
    onWake(slotOf(event), EVENT_NAMES[event % EVENT_NAMES.length] ?? "");
    reactor.dispatch(event);
  };
  const wake = (event: number): void => {
    const latency = MIN_WAKE_MS + (MAX_WAKE_MS - MIN_WAKE_MS) * random() + delayOf(slotOf(event));
    const next = idle.pop() ?? newWake();
    next.event = event;
    next.timer.due = now + latency;
    reactor.add(next.timer);
  };

  /** Puts what is due at the same time as `first`, which was taken out, into a random order. Returns how many they are. */
  const orderEqual = (first: Timer): number => {
    const due = [first];
    for (let timer = timers.takeDue(now); timer !== undefined; timer = timers.takeDue(now)) due.push(timer);
    shuffle(due, random);
    for (const timer of due) timers.add(timer);
    return due.length;
  };

  return {
    arena,
    get now() {
      return now;
    },
    advance(done, untilMs, steps) {
      for (let left = steps; left > 0; left--) {
        if (done()) return true;
        if (reactor.hasReady) reactor.takeReady().forEach(wake);
        const due = timers.nextDue;
        if (due > untilMs) {
          now = Math.max(now, untilMs);
          return true;
        }
        if (due > now) {
          now = due;
          ordered = 0;
        }
        const timer = timers.takeDue(now);
        if (timer === undefined) continue;
        if (ordered > 0) {
          ordered--;
        } else if (timers.nextDue <= now) {
          ordered = orderEqual(timer);
          continue;
        }
        timer.fire();
      }
      return false;
    },
  };
}

function slotOf(event: number): number {
  return Math.floor(event / EVENT_NAMES.length);
}

/** Fisher–Yates. */
function shuffle(items: Timer[], random: Random): void {
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const [a, b] = [items[last], items[other]];
    if (a === undefined || b === undefined) continue;
    items[last] = b;
    items[other] = a;
  }
}
