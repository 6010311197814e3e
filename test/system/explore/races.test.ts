/** The races of the original's order of steps: found by every strategy, shrunk, and replayed (docs/races.md). */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  contextSwitches,
  describeFailure,
  describeSteps,
  openSession,
  OWN_PROGRAMS,
  parseSchedule,
  renderSchedule,
  replaySchedule,
  STRATEGIES,
} from "../../../dist/explore/index.js";
import { FAULTY, run, withSession } from "../../support/explore/support.js";

/** By program: the first violation, and the fewest context switches of a schedule with it. */
const RACES: readonly [program: string, problem: RegExp, switches: number][] = [
  ["producer-consumer", /AgentTimeoutError after 0 ms, with a timeout of 100 ms/, 4],
  ["drained", /the event is set, but the queue is empty/, 2],
  ["shutdown-waiter", /AgentTimeoutError after 0 ms, with a timeout of 100 ms/, 2],
  ["signal", /the event is clear, but the queue is not empty/, 3],
  ["shutdown-append", /deadlock: task waits for hasLiveUpdate|AgentTimeoutError after 0 ms/, 2],
  ["disconnect-append", /deadlock: task waits for hasLiveUpdate|AgentTimeoutError after 0 ms/, 2],
];

for (const [name, problem, switches] of RACES) {
  for (const strategy of STRATEGIES) {
    test(`reference: ${strategy} finds the violation in ${name}`, async () => {
      const source = { module: OWN_PROGRAMS, name };
      await withSession(source, { mailbox: "reference" }, (session) => {
        const { problems } = run(session, { strategy, seed: "races", depth: 3 }, 30_000);
        assert.match(problems.join("\n"), problem);
        if (strategy !== "exhaustive") return;
        const failure = describeFailure(session, source);
        assert.match(failure.problems.join("\n"), problem);
        assert.equal(failure.fewest, true);
        assert.equal(failure.contextSwitches, switches);
        assert.equal(contextSwitches(failure.steps), switches);
      });
    });
  }
}

test("another handle overwrites a final status, as in the original, unless final statuses are kept", async () => {
  await withSession({ module: FAULTY, name: "overwritten" }, {}, (session) => {
    assert.match(run(session).problems.join(), /the task received timeout, but the agent's status is returned/);
  });
  await withSession({ module: OWN_PROGRAMS, name: "kept-status" }, {}, (session) => {
    const { problems, tally } = run(session);
    assert.deepEqual([problems, tally.covered], [[], true]);
  });
});

test("a failing schedule is replayed from its file, and rendered as a table", async () => {
  const source = { module: OWN_PROGRAMS, name: "shutdown-waiter" };
  const text = await withSession(source, { mailbox: "reference" }, (session) => {
    run(session);
    return JSON.stringify(describeFailure(session, source));
  });
  const schedule = parseSchedule(text);
  const session = await openSession(source, { mailbox: schedule.mailbox });
  try {
    for (let again = 0; again < 3; again++)
      assert.deepEqual(replaySchedule(session, schedule).problems, schedule.problems);
    const table = renderSchedule(schedule.threads, describeSteps(session, schedule.steps), 100);
    assert.match(table, /▸ shutdown\(\).*\n.*sets hasLiveUpdate: down #0 → up #1/);
    assert.match(table, /▸ getLiveUpdate\(100\)/);
    assert.match(table, /sets flags: none → shut down/);
  } finally {
    await session.close();
  }
});

test("the same schedule has no violation with the sound mailbox", async () => {
  for (const [name] of RACES) {
    const source = { module: OWN_PROGRAMS, name };
    const failure = await withSession(source, { mailbox: "reference" }, (session) => {
      run(session, {}, 30_000);
      return describeFailure(session, source);
    });
    await withSession(source, { mailbox: "sound" }, (session) => {
      // The sound mailbox makes other steps, so it may not be possible to follow the schedule to its end.
      const { problems } = replaySchedule(session, failure);
      assert.ok(problems.length === 0 || /cannot be followed/.test(problems.join()), problems.join());
    });
  }
});
