/** Events: no wake-up is lost, one interleaving at a time (test/support/sync/interleavings.ts). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Arena, type Event } from "../../../dist/platform/sync/index.js";
import { everywhere, interrupted, turnIfCalled, twoSides, wakeUps } from "../../support/sync/interleavings.js";
import { notLost } from "../../support/sync/support.js";

/** The ways in which a thread wakes the present waiters of an event. */
const raises: Record<string, (event: Event) => void> = {
  set: (event) => event.set(),
  "set and clear": (event) => {
    event.set();
    event.clear();
  },
  notifyAll: (event) => event.notifyAll(),
};

for (const [name, raise] of Object.entries(raises)) {
  test(`${name} at any point of an earlier waiter's turn: both waiters wake`, () => {
    everywhere((at) => {
      const { waiter, notifier } = twoSides();
      const event = waiter.slot.event("didSubmit");
      const elsewhere = notifier.slot.event("didSubmit");
      const first = wakeUps(event);
      elsewhere.notifyAll();
      const second = wakeUps(event);
      const more = interrupted(
        at,
        () => void waiter.reactor.turn(),
        () => raise(elsewhere),
      );
      if (!more) raise(elsewhere);
      turnIfCalled(waiter, 0);
      assert.deepEqual([first(), second(), waiter.reactor.waiting], [1, 1, 0], `before operation ${at}`);
      return more;
    });
  });

  test(`a wait begins at any point of ${name}: the earlier waiter wakes, the later one at the next`, () => {
    everywhere((at) => {
      const { waiter, notifier } = twoSides();
      const event = waiter.slot.event("didSubmit");
      const elsewhere = notifier.slot.event("didSubmit");
      const first = wakeUps(event);
      let second = (): number => -1;
      const more = interrupted(
        at,
        () => raise(elsewhere),
        () => {
          second = wakeUps(event);
          waiter.reactor.turn();
        },
      );
      turnIfCalled(waiter, 0);
      assert.equal(first(), 1, `before operation ${at}`);
      if (!more) return false;
      raise(elsewhere);
      turnIfCalled(waiter, -1);
      assert.deepEqual([second(), waiter.reactor.waiting], [1, 0], `before operation ${at}`);
      return true;
    });
  });
}

test("the event loop: set at any point of the beginning of a wait, with or without an earlier waiter", async () => {
  for (const hasEarlierWaiter of [false, true]) {
    let more = true;
    for (let at = 1; more; at++) {
      const arena = Arena.create({ slots: 2, ringBytes: 64 });
      const elsewhere = Arena.attach(arena.shared).slot(1).event("didSubmit");
      const before = hasEarlierWaiter ? arena.slot(0).event("didSubmit").waitAsync() : undefined;
      let woken: Promise<boolean> | undefined;
      more = interrupted(
        at,
        () => {
          woken = arena.slot(1).event("didSubmit").waitAsync();
        },
        () => elsewhere.set(),
      );
      if (!more) elsewhere.set();
      assert.equal(await notLost(woken ?? Promise.reject(new Error("not waited")), `set before operation ${at}`), true);
      arena.slot(0).event("didSubmit").set();
      await before;
    }
  }
});
