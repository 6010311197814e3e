/**
 * Takes a reactor's turns in a thread that has nothing else to do: it parks on its doorbell (`Atomics.wait`) between
 * turns. Wake-ups and timers then have the precision of the operating system, whereas the event loop rounds timers to
 * whole milliseconds. The event loop still runs between parks, so messages and aborts arrive.
 */
import { load, wait } from "./atomics.js";
import type { Driver, Reactor } from "./reactor.js";

/** The longest time that a thread stays parked, because messages and sockets of the event loop may need it. */
const MAX_PARK_MS = 10;
/**
 * How long the event loop waits for its turn while the reactor is busy, ms, or longer by one turn of the reactor. A
 * pass of the event loop costs as much as the work of a message, so not every message is followed by one.
 */
const YIELD_INTERVAL_MS = 5;

export interface ParkOptions {
  /** The thread's doorbell in the arena. */
  readonly cells: Int32Array;
  readonly doorbell: number;
  /** Called between turns; the loop ends when it returns true. */
  readonly done: () => boolean;
  /** Other work of this thread after each turn (answers of the database writer). */
  readonly poll?: () => void;
}

/** Takes no turns: for a reactor that only {@link park} drives. */
export const manualDriver: Driver = { requestTurn: () => undefined };

/** Drives `reactor` until `done()`, instead of its driver. */
export async function park(reactor: Reactor, options: ParkOptions): Promise<void> {
  const { cells, doorbell, done, poll } = options;
  const before = reactor.driver;
  reactor.drive(manualDriver);
  let yieldedAt = -Infinity;
  try {
    while (!done()) {
      // Before the turn: whatever happens later changes the doorbell, and the thread does not park.
      const seen = load(cells, doorbell);
      reactor.turn();
      // After the turn, whose writes it sends.
      poll?.();
      if (reactor.lastTurnAt - yieldedAt >= YIELD_INTERVAL_MS) {
        await eventLoop();
        yieldedAt = reactor.clock.now();
      } else {
        await microtasks;
      }
      if (done()) break;
      const untilTimer = reactor.timers.nextDue - reactor.clock.now();
      if (!reactor.hasReady && untilTimer > 0) wait(cells, doorbell, seen, Math.min(untilTimer, MAX_PARK_MS));
    }
  } finally {
    reactor.drive(before);
  }
}

/** Gives the microtasks their turn. */
const microtasks = Promise.resolve();

/** One full pass of the event loop: microtasks, messages, I/O. */
function eventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
