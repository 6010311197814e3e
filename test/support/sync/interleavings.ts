/**
 * Enumerates the interleavings of two threads: one side stops before each of its operations on shared memory in turn,
 * and the other side runs there to its end. Both sides run in this thread, each with its own arena handle and place, so
 * every failure is reproduced by its number.
 */
import assert from "node:assert/strict";
import { at } from "../../../dist/vocabulary/index.js";
import {
  Arena,
  manualDriver,
  takeControl,
  type Driver,
  type Event,
  type Reactor,
  type Slot,
} from "../../../dist/platform/sync/index.js";

/**
 * Runs `outer`, and `inner` before the `at`-th operation of `outer`. Returns whether `outer` has that many operations.
 * Neither side may block.
 */
export function interrupted(at: number, outer: () => void, inner: () => void): boolean {
  let operations = 0;
  let ran = false;
  const step = (): void => {
    if (++operations !== at) return;
    takeControl(undefined);
    ran = true;
    inner();
  };
  takeControl({
    before: step,
    wait: () => assert.fail("neither side may block"),
    notify: (cells, index) => {
      step();
      return Atomics.notify(cells, index);
    },
  });
  try {
    outer();
  } finally {
    takeControl(undefined);
  }
  return ran;
}

/** Calls `attempt` with 1, 2, … until it returns that there is no such operation. */
export function everywhere(attempt: (at: number) => boolean): void {
  let at = 1;
  while (attempt(at)) at++;
  assert.ok(at > 2, "the interrupted side has operations on shared memory");
}

export interface Sides {
  /** The waiting thread, whose reactor's turns the test takes, and its slot. */
  readonly waiter: { readonly reactor: Reactor; readonly slot: Slot; readonly arena: Arena };
  /** The thread that ends the wait, and its handle on the same slot. */
  readonly notifier: { readonly slot: Slot; readonly arena: Arena };
}

export function twoSides(driver: Driver = manualDriver): Sides {
  const arena = Arena.create({ slots: 3, ringBytes: 256, driver });
  const other = Arena.attach(arena.shared, { driver: manualDriver });
  return {
    waiter: { reactor: arena.reactor, slot: arena.slot(2), arena },
    notifier: { slot: other.slot(2), arena: other },
  };
}

/** Waits for an event. Returns a function that counts the wake-ups. */
export function wakeUps(event: Event): () => number {
  let count = 0;
  event.waiting().start({
    resume(raised) {
      assert.equal(raised, true);
      count++;
    },
    fail: (error) => assert.fail(String(error)),
  });
  return () => count;
}

/** Takes turns as a driver does: while the doorbell has changed or something is ready. */
export function turnIfCalled({ reactor, arena }: Sides["waiter"], doorbellBefore: number): void {
  while (reactor.hasReady || arena.cells[arena.doorbell] !== doorbellBefore) {
    doorbellBefore = at(arena.cells, arena.doorbell);
    reactor.turn();
  }
}
