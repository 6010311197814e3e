/** The reduction is sound, the explored programs are covered, and each kind of violation is reported. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { explore, OWN_PROGRAMS, UncontrolledProgramError } from "../../../dist/explore/index.js";
import { compareWithPlain, FAULTY, run, withSession } from "../../support/explore/support.js";

test("the reduction finds the outcomes and traces that plain enumeration finds", async () => {
  await compareWithPlain((session, plain, name) => {
    const reduced = run(session);
    assert.equal(reduced.tally.covered, true);
    assert.deepEqual([...reduced.outcomes].sort(), [...plain.outcomes].sort(), `outcomes of ${name}`);
    assert.equal(reduced.traces, plain.traces, `traces of ${name}`);
    assert.ok(reduced.tally.schedules <= plain.tally.schedules);
  });
});

const COVERED = [
  "close-reopen",
  "coroutine-consumer",
  "disconnect-append",
  "disconnect-shutdown",
  "drained",
  "foreign-status",
  "return-timeout",
  "shutdown-append",
  "shutdown-waiter",
  "signal",
  "submit-disconnect",
  "two-producers",
];

for (const name of COVERED) {
  test(`sound: every trace of ${name} is explored, and none breaks an invariant`, async () => {
    await withSession({ module: OWN_PROGRAMS, name }, {}, (session) => {
      const { problems, tally } = run(session);
      assert.deepEqual(problems, []);
      assert.equal(tally.covered, true);
    });
  });
}

for (const name of ["producer-consumer", "three-updates", "everything"]) {
  test(`sound: no schedule among the first and among random ones of ${name} breaks an invariant`, async () => {
    await withSession({ module: OWN_PROGRAMS, name }, {}, (session) => {
      assert.deepEqual(run(session, {}, 2000).problems, []);
      assert.deepEqual(run(session, { strategy: "random", seed: "s" }, 500).problems, []);
      assert.deepEqual(run(session, { strategy: "pct", seed: "s", depth: 4 }, 500).problems, []);
    });
  });
}

test("another session continues an exploration from its branches", async () => {
  const source = { module: OWN_PROGRAMS, name: "shutdown-append" };
  const whole = await withSession(source, {}, (session) => run(session).tally.schedules);
  const frontier = await withSession(source, {}, (session) => {
    const exploration = explore(session, { strategy: "exhaustive", seed: "1" });
    for (let schedule = 0; schedule < 100; schedule++) exploration.next();
    return exploration.resumption();
  });
  const rest = await withSession(source, {}, (session) => run(session, frontier).tally);
  assert.equal(rest.covered, true);
  assert.equal(rest.schedules, whole - 100);
});

test("a sample is a function of the seed and its number", async () => {
  const source = { module: OWN_PROGRAMS, name: "foreign-status" };
  const traces = (from: number, count: number, strategy: "random" | "pct"): Promise<string[]> =>
    withSession(source, {}, (session) => {
      const exploration = explore(session, { strategy, seed: "x", from });
      return Array.from({ length: count }, () => {
        exploration.next();
        return `${session.steps} ${session.outcomeTexts().join(" ")}`;
      });
    });
  for (const strategy of ["random", "pct"] as const) {
    assert.deepEqual((await traces(0, 20, strategy)).slice(12), await traces(12, 8, strategy));
  }
});

test("a deadlock is reported with the pending operations", async () => {
  await withSession({ module: FAULTY, name: "deadlock" }, {}, (session) => {
    assert.deepEqual(run(session).problems, ["deadlock: waiter waits for didSubmit"]);
  });
});

test("a program without an end is reported at the limit of steps", async () => {
  await withSession({ module: FAULTY, name: "livelock" }, { maxSteps: 200 }, (session) => {
    assert.match(run(session).problems.join(), /no end after 200 steps: spinner is before test of didSubmit/);
  });
});

test("an error that a thread throws is a violation", async () => {
  await withSession({ module: FAULTY, name: "thrower" }, {}, (session) => {
    assert.deepEqual(run(session).problems, ["thrower threw TypeError: on purpose"]);
  });
});

test("a program that is not deterministic is refused", async () => {
  await withSession({ module: FAULTY, name: "forgetful" }, {}, (session) => {
    assert.throws(() => run(session), UncontrolledProgramError);
  });
});
