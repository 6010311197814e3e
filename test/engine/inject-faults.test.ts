/** Faults and the threads they hit, where a run on real threads would not do the same each time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { injectFaults, killedIn } from "../../dist/engine/threads/inject-faults.js";
import type { LaunchedThread } from "../../dist/engine/threads/launch.js";
import { createSharedCounts } from "../../dist/measure/index.js";
import type { PlannedFault } from "../../dist/scenario/index.js";
import { Arena, MailboxFullError, openMailbox } from "../../dist/sync/index.js";

/** A thread that notes what is done to it. */
function threadNamed(name: string, ended: boolean, done: string[]): LaunchedThread<unknown> {
  return {
    name,
    place: 1,
    report: Promise.resolve({}),
    counts: createSharedCounts(),
    hasEnded: () => ended,
    heardAt: () => 0,
    send: ({ kind }) => void done.push(`${name}: ${kind}`),
    gauges: () => Promise.resolve(undefined),
    kill: () => {
      done.push(`${name}: kill`);
      return Promise.resolve();
    },
  };
}

test("a thread that has ended is neither killed nor paused, and no such fault is told of", () => {
  const done: string[] = [];
  const threads = [threadNamed("client-0", true, done), threadNamed("client-1", false, done)];
  const faults: PlannedFault[] = [0, 0.5].flatMap((pick) => [
    { kind: "pause-thread", at: 1, thread: "client", pick, lasts: 100 },
    { kind: "kill-thread", at: 2, thread: "client", pick },
  ]);
  const injection = injectFaults(faults, {
    arena: Arena.create({ slots: 1 }),
    inboxes: { pool: 0, runners: [], channels: [] },
    clients: threads,
    tasks: [],
    databasePath: "",
    onKilled: () => undefined,
    jumpClock: () => undefined,
    elapsed: () => 1,
    at: (_, action) => action(),
    onError: (error) => assert.fail(String(error)),
  });
  injection.end();
  assert.deepEqual(done, ["client-1: pause", "client-1: kill"]);
  assert.deepEqual(
    injection.happened.map(({ what }) => what),
    ["thread client-1 was paused for 100 ms", "thread client-1 was killed"],
  );
  assert.equal(injection.allowanceMs, 100);
  assert.deepEqual(killedIn(injection), { killed: { channels: new Set(["clients-1"]), runners: new Set() } });
});

test("the pool is told of a lost task thread also when its inbox has no room at that moment", async () => {
  const done: string[] = [];
  const arena = Arena.create({ slots: 1, wideSlots: 1, wideRingBytes: 1024 });
  const pool = arena.allocateWide();
  const inbox = openMailbox(pool);
  assert.throws(() => {
    for (;;) inbox.append("x");
  }, MailboxFullError);
  const times: number[] = [];
  const injection = injectFaults([{ kind: "kill-thread", at: 2, thread: "task", pick: 0 }], {
    arena,
    inboxes: { pool: pool.index, runners: [], channels: [] },
    clients: [],
    tasks: [threadNamed("task-0", false, done)],
    databasePath: "",
    onKilled: () => undefined,
    jumpClock: () => undefined,
    elapsed: () => 2,
    at: (ms, action) => {
      times.push(ms);
      // The pool takes what is there, after a while.
      if (times.length === 3) while (inbox.take() !== undefined);
      action();
    },
    onError: (error) => assert.fail(String(error)),
  });
  while (inbox.size !== 1) await new Promise(setImmediate);
  injection.end();
  assert.deepEqual(inbox.take(), { kind: "runnerLost", runner: 0 });
  assert.equal(times.length, 3);
});
