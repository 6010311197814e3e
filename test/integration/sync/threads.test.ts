/** Events between real threads: every waiter wakes, and its reactor's entries are removed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Arena } from "../../../dist/platform/sync/index.js";
import { notLost, startThread, until } from "../../support/sync/support.js";
import type { CrowdData, CrowdResult } from "../../support/sync/workers/crowd.js";
import type { ParkerData, ParkerResult } from "../../support/sync/workers/parker.js";
import type { WaiterData, WaiterResult } from "../../support/sync/workers/waiter.js";

function counter(): { mark: SharedArrayBuffer; reaches: (count: number) => Promise<void> } {
  const mark = new SharedArrayBuffer(4);
  const cells = new Int32Array(mark);
  return { mark, reaches: (count) => until(() => Atomics.load(cells, 0) >= count, `counting to ${count}`) };
}

test("a set that is cleared at once wakes every waiter of every thread with true", async () => {
  const arena = Arena.create({ slots: 1 });
  const { shared } = arena;
  const { mark, reaches } = counter();
  const blocked = [Infinity, 1e6, Infinity].map((timeoutMs) =>
    startThread<WaiterResult>("waiter", { shared, what: "event", timeoutMs, mark } satisfies WaiterData),
  );
  const crowds = [0, 1].map(() =>
    startThread<CrowdResult>("crowd", { shared, waiters: 100, slots: 1, timeoutMs: 1e6, mark } satisfies CrowdData),
  );
  await reaches(5);
  arena.slot(0).event("didSubmit").set();
  arena.slot(0).event("didSubmit").clear();
  const results = await notLost(Promise.all([...blocked, ...crowds].map(({ result }) => result)), "a waiter");
  const crowd: CrowdResult = { results: { set: 100, timedOut: 0 }, left: { waiting: 0, timers: 0 } };
  assert.deepEqual(results, [true, true, true, crowd, crowd]);
});

test("the wait of a blocked thread times out", async () => {
  const { shared } = Arena.create({ slots: 1 });
  const { mark } = counter();
  assert.equal(
    await startThread("waiter", { shared, what: "event", timeoutMs: 1.5, mark } satisfies WaiterData).result,
    false,
  );
});

const WAITERS = 100_000;

for (const slots of [WAITERS, 1]) {
  test(`${WAITERS} coroutines of a thread wait for ${slots} events: all wake, no timer is left`, async () => {
    const arena = Arena.create({ slots, ringBytes: 64 });
    const { mark, reaches } = counter();
    const crowd = startThread<CrowdResult>("crowd", {
      shared: arena.shared,
      waiters: WAITERS,
      slots,
      timeoutMs: 1e6,
      mark,
    } satisfies CrowdData);
    await reaches(1);
    for (let slot = 0; slot < slots; slot++) {
      const event = arena.slot(slot).event("didSubmit");
      event.set();
      event.clear();
    }
    assert.deepEqual(await notLost(crowd.result, "a waiter of the crowd"), {
      results: { set: WAITERS, timedOut: 0 },
      left: { waiting: 0, timers: 0 },
    });
  });

  test(`${WAITERS} coroutines of a thread wait for ${slots} events without a set: all time out`, async () => {
    const arena = Arena.create({ slots, ringBytes: 64 });
    const { mark } = counter();
    const crowd = startThread<CrowdResult>("crowd", {
      shared: arena.shared,
      waiters: WAITERS,
      slots,
      timeoutMs: 1,
      mark,
    } satisfies CrowdData);
    assert.deepEqual(await notLost(crowd.result, "a timeout of the crowd"), {
      results: { set: 0, timedOut: WAITERS },
      left: { waiting: 0, timers: 0 },
    });
  });
}

test("a parked thread runs its coroutines, timers and poll, and receives the messages that end it", async () => {
  const arena = Arena.create({ slots: 1 });
  const rounds = 2000;
  const { worker, result } = startThread<ParkerResult>("parker", { shared: arena.shared, rounds } satisfies ParkerData);
  const slot = arena.slot(0);
  worker.postMessage("hello");
  for (let round = 0; round < rounds; round++) {
    slot.event("didSubmit").set();
    assert.equal(slot.event("wantsAction").wait(20_000), true, `lost: the answer of round ${round}`);
    slot.event("wantsAction").clear();
  }
  await notLost(slot.event("hasUpdatedStatus").waitAsync(), "the sleeper");
  worker.postMessage("end");
  assert.deepEqual(await notLost(result, "the end of the parked thread"), {
    woken: rounds,
    slept: 5,
    polled: true,
    messages: ["hello", "end"],
  });
});
