/**
 * Takes a reactor's turns in a thread that has nothing else to do: it parks on its doorbell (`Atomics.wait`) between
 * turns. Wake-ups and timers then have the precision of the operating system, whereas the event loop rounds timers to
 * whole milliseconds. The event loop still runs between parks, so messages and aborts arrive.
 */
import { load, wait } from "./atomics.js";
import type { Driver, Reactor } from "./reactor.js";

/** The longest time that a thread stays parked, because messages and sockets of the event loop may need it. */
const MAX_PARK_MS = 10;
/** Consecutive turns before the event loop runs, so that a busy reactor cannot starve it. */
const TURNS_BETWEEN_YIELDS = 16;
/** The longest time (ms) of consecutive turns: on an overloaded machine one turn takes seconds. */
const MAX_WITHOUT_YIELD_MS = 10;

export interface ParkOptions {
  /** The thread's doorbell in the arena. */
  readonly cells: Int32Array;
  readonly doorbell: number;
  /** Called between turns; the loop ends when it returns true. */
  readonly done: () => boolean;
  /** Other work of this thread at each turn (answers of the database writer); returns whether there was any. */
  readonly poll?: () => boolean;
}

/** Takes no turns: for a reactor that only {@link park} drives. */
export const manualDriver: Driver = { requestTurn: () => undefined };

/** Drives `reactor` until `done()`, instead of its driver. */
export async function park(reactor: Reactor, options: ParkOptions): Promise<void> {
  const { cells, doorbell, done, poll } = options;
  const before = reactor.driver;
  reactor.drive(manualDriver);
  try {
    while (!done()) {
      let seen = 0;
      const begun = reactor.lastTurnAt;
      for (
        let turns = 0, busy = true;
        busy && turns < TURNS_BETWEEN_YIELDS && (turns < 2 || reactor.lastTurnAt - begun < MAX_WITHOUT_YIELD_MS);
        turns++
      ) {
        // Before the turn: whatever happens later changes the doorbell, and the thread does not park.
        seen = load(cells, doorbell);
        const polled = poll?.() ?? false;
        busy = reactor.turn() || polled;
      }
      await eventLoop();
      if (done()) break;
      const untilTimer = reactor.timers.nextDue - reactor.clock.now();
      if (!reactor.hasReady && untilTimer > 0) wait(cells, doorbell, seen, Math.min(untilTimer, MAX_PARK_MS));
    }
  } finally {
    reactor.drive(before);
  }
}

/** One full pass of the event loop: microtasks, messages, I/O. */
function eventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
