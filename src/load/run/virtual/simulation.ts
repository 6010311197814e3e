/**
 * The simulated machine: a clock that stands still while code runs and then moves to the next timer, and a scheduler.
 * The scheduler draws from a stream of random numbers how long a raised event takes to wake its waiters, and the order
 * of timers that are due at the same time.
 *
 * On a real machine a raised event takes some microseconds to reach its waiter, and other threads run meanwhile. These
 * latencies cause the interleavings, so they are what is drawn.
 */
import { at, shuffle } from "../../../vocabulary/index.js";
import type { Random } from "../../scenario/index.js";
import { Arena, EVENT_NAMES, type ArenaOptions, type Timer } from "../../../platform/sync/index.js";

/**
 * The least and the greatest latency of a wake-up, ms. A thread that parks on a futex is woken within about these
 * times.
 */
const MIN_WAKE_MS = 0.01;
const MAX_WAKE_MS = 0.08;

export interface SimulationOptions {
  readonly arena: Omit<ArenaOptions, "clock" | "driver">;
  /** The scheduler's choices. */
  readonly random: Random;
  /** Called when a wake-up reaches the waiters of the event of this name in the slot of this index. */
  readonly onWake: (slot: number, event: string) => void;
  /** The extra latency of the wake-up of an event in this slot, ms; for faults. */
  readonly delayOf: (slot: number) => number;
}

export interface Simulation {
  readonly arena: Arena;
  /** The time, ms. */
  readonly now: number;
  /**
   * Runs until `done`, until the clock is at `untilMs`, or for so many steps. Returns false when the steps ended it.
   */
  readonly advance: (done: () => boolean, untilMs: number, steps: number) => boolean;
  /** Moves the clock ahead by `ms`: what was to happen meanwhile is due at once. */
  readonly jump: (ms: number) => void;
}

/**
 * A wake-up that has not reached its waiters yet. There are very many, each for a short time, so the objects are
 * reused.
 */
interface Wake {
  /** Of which event. */
  event: number;
  readonly timer: Timer;
}

export function createSimulation({ arena: options, random, onWake, delayOf }: SimulationOptions): Simulation {
  let now = 0;
  /**
   * How many of the timers that are due now have been put into their order. They keep it when `advance` is called
   * again.
   */
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
    onWake(slotOf(event), at(EVENT_NAMES, event % EVENT_NAMES.length));
    reactor.dispatch(event);
  };
  const wake = (event: number): void => {
    const latency = MIN_WAKE_MS + (MAX_WAKE_MS - MIN_WAKE_MS) * random() + delayOf(slotOf(event));
    const next = idle.pop() ?? newWake();
    next.event = event;
    next.timer.due = now + latency;
    reactor.add(next.timer);
  };

  /**
   * Puts `first`, which was taken out, and the timers that are due with it into a random order. Returns how many there
   * are.
   */
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
    jump(ms) {
      now += ms;
      ordered = 0;
    },
  };
}

function slotOf(event: number): number {
  return Math.floor(event / EVENT_NAMES.length);
}
