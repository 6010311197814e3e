/** A parked thread: its poll, its event loop and its coroutines. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Arena, manualDriver, park, takeControl } from "../../../dist/platform/sync/index.js";
import { notLost } from "../../support/sync/support.js";

test("parked: work that wakes the thread is polled before the thread parks", async () => {
  const arena = Arena.create({ slots: 1 });
  // `wait` shows that the thread would park. It must not park while there is work that has woken it.
  let work = 0;
  let rounds = 0;
  let parkedOnWork = 0;
  takeControl({
    before: () => undefined,
    notify: (cells, index) => Atomics.notify(cells, index),
    wait: (cells, index, expected) => {
      if (Atomics.load(cells, index) !== expected) return "not-equal";
      if (work > 0) parkedOnWork++;
      return "timed-out";
    },
  });
  try {
    await park(arena.reactor, {
      cells: arena.cells,
      doorbell: arena.doorbell,
      done: () => rounds >= 100,
      poll: () => {
        rounds++;
        const had = work > 0;
        work = 0;
        // Work that another thread would add right after each poll.
        if (rounds < 100) {
          work++;
          arena.wake(arena.thread);
        }
        return had;
      },
    });
  } finally {
    takeControl(undefined);
  }
  assert.equal(parkedOnWork, 0);
});

test("parked: the event loop gets its turns, although the reactor's turns take seconds", async () => {
  let now = 0;
  const arena = Arena.create({ slots: 1, clock: { now: () => now }, driver: manualDriver });
  let turns = 0;
  let sinceLoop = 0;
  let mostBetween = 0;
  const loop = (): void => {
    mostBetween = Math.max(mostBetween, sinceLoop);
    sinceLoop = 0;
    if (turns < 100) setImmediate(loop);
  };
  loop();
  // There is always a due timer, and each takes a second.
  const busy = (): void => {
    now += 1000;
    turns++;
    sinceLoop++;
    if (turns < 100) arena.reactor.at(now, busy);
  };
  arena.reactor.at(0, busy);
  await park(arena.reactor, { cells: arena.cells, doorbell: arena.doorbell, done: () => turns >= 100 });
  assert.ok(mostBetween <= 2, `${mostBetween} turns of a second each between two turns of the event loop`);
});

test("parked: coroutines that still wait afterwards continue on the event loop", async () => {
  const arena = Arena.create({ slots: 2 });
  const elsewhere = Arena.attach(arena.shared);
  for (const index of [0, 1]) {
    let done = false;
    let woken: Promise<boolean> | undefined;
    setImmediate(() => {
      woken = arena.slot(index).event("didSubmit").waitAsync();
      done = true;
    });
    await park(arena.reactor, { cells: arena.cells, doorbell: arena.doorbell, done: () => done });
    elsewhere.slot(index).event("didSubmit").set();
    assert.equal(
      await notLost(woken ?? Promise.reject(new Error("not waited")), "a coroutine that outlived park"),
      true,
    );
  }
});
