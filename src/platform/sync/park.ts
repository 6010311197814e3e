/**
 * Takes a reactor's turns in a thread that has nothing else to do: it parks on its doorbell (`Atomics.wait`) between turns.
 * Wake-ups and timers are then as exact as the operating system makes them, where the event loop would round timers to
 * whole milliseconds. The event loop still runs between parks, so messages and aborts arrive.
 */
import { load, wait } from "./atomics.js";
import type { Driver, Reactor } from "./reactor.js";

/** The longest a thread stays parked while the event loop's own sources (messages, sockets) may have something for it. */
const MAX_PARK_MS = 10;
/** Turns in a row before the event loop gets a look, so that a busy reactor cannot starve it. */
const TURNS_BETWEEN_YIELDS = 16;
/** As many ms of turns in a row: under a load that is too much for the machine one turn takes seconds. */
const MAX_WITHOUT_YIELD_MS = 10;

export interface ParkOptions {
  /** The thread's doorbell in the arena. */
  readonly cells: Int32Array;
  readonly doorbell: number;
  /** Asked between turns; the loop ends when it says so. */
  readonly done: () => boolean;
  /** Other work of this thread, done at each turn (answers of the database writer); returns whether there was any. */
  readonly poll?: () => boolean;
}

/** Takes no turns: for a reactor that is only ever driven by {@link park}, and stands still before and after it. */
export const manualDriver: Driver = { requestTurn: () => undefined };

/** Drives `reactor` until `done()`. Meanwhile nobody else takes its turns. */
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
        // Before looking: whatever comes after the look then changes the doorbell, and the thread does not park.
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
