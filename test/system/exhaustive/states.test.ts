/** The search by states finds the same outcomes and violations as plain enumeration and as the search by traces. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { explore, OWN_PROGRAMS } from "../../../dist/explore/index.js";
import { planted } from "../../support/explore/programs/planted.js";
import { compareWithPlain, FAULTY, PLANTED, run, withSession } from "../../support/explore/support.js";

test("the search by states finds the outcomes of plain enumeration", async () => {
  await compareWithPlain((session, plain, name) => {
    const states = run(session, { coveredBy: "states" });
    assert.equal(states.tally.covered, true);
    assert.deepEqual([...states.outcomes].sort(), [...plain.outcomes].sort(), `outcomes of ${name}`);
  });
});

for (const { name } of planted) {
  test(`a violation that few orders show is found by traces and by states: ${name}`, async () => {
    await withSession({ module: PLANTED, name }, {}, (session) => {
      const plain = run(session, { reduction: "none" }, 300_000);
      assert.notDeepEqual(plain.problems, []);
      assert.ok(plain.tally.schedules > 1);
      assert.deepEqual(run(session).problems, plain.problems);
      assert.deepEqual(run(session, { coveredBy: "states" }).problems, plain.problems);
    });
  });
}

for (const name of ["drained", "shutdown-append", "signal", "submit-disconnect", "two-producers"]) {
  test(`sound: ${name} has the same outcomes by states and by traces`, async () => {
    await withSession({ module: OWN_PROGRAMS, name }, {}, (session) => {
      const traces = run(session);
      const states = run(session, { coveredBy: "states" });
      assert.deepEqual(states.problems, []);
      assert.equal(states.tally.covered, true);
      assert.deepEqual([...states.outcomes].sort(), [...traces.outcomes].sort());
    });
  });
}

for (const name of [
  "producer-consumer",
  "drained",
  "shutdown-waiter",
  "signal",
  "shutdown-append",
  "disconnect-append",
]) {
  test(`reference: the search by states finds the violation in ${name}`, async () => {
    await withSession({ module: OWN_PROGRAMS, name }, { mailbox: "reference" }, (session) => {
      assert.notDeepEqual(run(session, { coveredBy: "states" }).problems, []);
    });
  });
}

for (const name of ["back-pressure", "three-updates"]) {
  test(`sound: every state of ${name} is explored, and none breaks an invariant`, async () => {
    await withSession({ module: OWN_PROGRAMS, name }, {}, (session) => {
      const { problems, tally } = run(session, { coveredBy: "states" });
      assert.deepEqual(problems, []);
      assert.equal(tally.covered, true);
    });
  });
}

test("a resumed search does not learn again what was learned", async () => {
  const source = { module: OWN_PROGRAMS, name: "signal" };
  const learned = await withSession(source, {}, (session) => {
    const exploration = explore(session, { strategy: "exhaustive", seed: "1", coveredBy: "states" });
    while (exploration.tally.schedules < 150) exploration.next();
    return exploration.resumption();
  });
  const rest = await withSession(source, {}, (session) => run(session, { coveredBy: "states", ...learned }).tally);
  assert.equal(rest.covered, true);
});

test("the search by states finds a deadlock and a program without an end", async () => {
  await withSession({ module: FAULTY, name: "deadlock" }, {}, (session) => {
    assert.deepEqual(run(session, { coveredBy: "states" }).problems, ["deadlock: waiter waits for didSubmit"]);
  });
  await withSession({ module: FAULTY, name: "livelock" }, { maxSteps: 200 }, (session) => {
    assert.match(run(session, { coveredBy: "states" }).problems.join(), /no end after 200 steps/);
  });
});
