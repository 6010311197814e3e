/** Faults and the threads they hit, where a run on real threads would not do the same each time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { injectFaults, killedEvidence, type BreakableThread } from "../../../dist/load/faults/inject-faults.js";
import type { PlannedFault } from "../../../dist/load/scenario/index.js";
import { Arena, MailboxFullError, openMailbox, ready } from "../../../dist/platform/sync/index.js";

/** A thread that notes what is done to it. */
function threadNamed(name: string, ended: boolean, done: string[]): BreakableThread {
  return {
    name,
    hasEnded: () => ended,
    pause: () => void done.push(`${name}: pause`),
    resume: () => void done.push(`${name}: resume`),
    kill: () => {
      done.push(`${name}: kill`);
      return ready(undefined);
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
  const arena = Arena.create({ slots: 1, wideSlots: 4, wideRingBytes: 1024 });
  const channels = threads.map(() => ({
    toPlatform: arena.allocateWide().index,
    toClients: arena.allocateWide().index,
  }));
  const injection = injectFaults(faults, {
    arena,
    inboxes: { pool: 0, runners: [], channels },
    clients: threads,
    tasks: [],
    lockDatabase: () => () => undefined,
    jumpClock: () => undefined,
    elapsed: () => 1,
    at: (ms, action) => {
      if (ms < 100) action();
    },
    onError: (error) => assert.fail(String(error)),
  });
  assert.deepEqual(done, ["client-1: pause", "client-1: kill"]);
  assert.deepEqual(
    injection.happened.map(({ what }) => what),
    ["thread client-1 was paused for 100 ms", "thread client-1 was killed"],
  );
  assert.equal(injection.allowanceMs, 100);
  injection.end();
  assert.deepEqual(killedEvidence(injection), { killed: { channels: new Set(["clients-1"]), runners: new Set() } });
});

/** A clock that is moved by hand, and what is due on it. */
function manualTime() {
  let now = 0;
  const due: { ms: number; action: () => void }[] = [];
  return {
    elapsed: () => now,
    at: (ms: number, action: () => void) => void due.push({ ms, action }),
    moveTo(ms: number) {
      for (;;) {
        due.sort((a, b) => a.ms - b.ms);
        const next = due[0];
        if (next === undefined || next.ms > ms) break;
        due.shift();
        now = next.ms;
        next.action();
      }
      now = ms;
    },
  };
}

function pausesOf(done: string[], faults: readonly { readonly at: number; readonly lasts: number }[]) {
  const time = manualTime();
  const injection = injectFaults(
    faults.map(({ at, lasts }) => ({ kind: "pause-thread", at, thread: "task", pick: 0, lasts })),
    {
      ...time,
      arena: Arena.create({ slots: 1 }),
      inboxes: { pool: 0, runners: [], channels: [] },
      clients: [],
      tasks: [threadNamed("task-0", false, done)],
      lockDatabase: () => () => undefined,
      jumpClock: () => undefined,
      onError: (error) => assert.fail(String(error)),
    },
  );
  return { injection, time };
}

test("whatever pauses overlap, a thread goes on as often as it was paused, and the time it stood still counts once", () => {
  const anyPause = fc.record({ at: fc.integer({ min: 0, max: 50 }), lasts: fc.integer({ min: 1, max: 50 }) });
  fc.assert(
    fc.property(fc.array(anyPause, { maxLength: 8 }), fc.integer({ min: 0, max: 110 }), (faults, stopAt) => {
      const done: string[] = [];
      const { injection, time } = pausesOf(done, faults);
      time.moveTo(stopAt);
      injection.stop();
      const whileStopped = done.length;
      time.moveTo(200);
      injection.end();
      const begun = faults.filter(({ at }) => at <= stopAt);
      const paused = new Set(
        begun.flatMap(({ at, lasts }) => Array.from({ length: Math.min(lasts, stopAt - at) }, (_, ms) => at + ms)),
      );
      assert.equal(injection.allowanceMs, paused.size);
      assert.equal(done.length, whileStopped, "nothing is done to a thread once the run was told to stop");
      for (const what of ["pause", "resume"])
        assert.equal(done.filter((entry) => entry === `task-0: ${what}`).length, begun.length);
      assert.equal(
        injection.happened.reduce((sum, { lastsMs }) => sum + lastsMs, 0),
        begun.reduce((sum, { at, lasts }) => sum + Math.min(lasts, stopAt - at), 0),
      );
    }),
  );
});

test("a pause that the stop ends is said to have been as long as it was", () => {
  const { injection, time } = pausesOf([], [{ at: 10, lasts: 1000 }]);
  time.moveTo(250);
  injection.stop();
  assert.deepEqual(injection.happened, [
    {
      atMs: 10,
      kind: "pause-thread",
      plannedAtMs: 10,
      thread: "task-0",
      lastsMs: 240,
      what: "thread task-0 was paused for 240 ms of 1000: then the run was stopped",
    },
  ]);
  injection.end();
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
    lockDatabase: () => () => undefined,
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
