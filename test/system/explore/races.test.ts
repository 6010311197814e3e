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
  threadsOf,
} from "../../../dist/explore/index.js";
import { renderSchedulePage } from "../../../dist/cli/shared/schedule-page.js";
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

/** The last value of each name that a schedule changes, when its changes follow each other without a gap. */
function lastValues(lines: readonly string[]): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of lines) {
    const [, name, before, after] = /^sets (.+?): (.*) → (.*)$/.exec(line) ?? [];
    if (name === undefined || before === undefined || after === undefined) continue;
    assert.equal(values.get(name) ?? before, before, `a change of ${name} before "${line}" is not shown`);
    values.set(name, after);
  }
  return values;
}

/** The violations that are decided by the agent's row, which only one thread writes. */
const STATUS_RACES = ["producer-consumer", "shutdown-waiter", "return-timeout"];

for (const name of [...RACES.map(([race]) => race), "return-timeout"]) {
  test(`the table and the page of ${name} show each change of a value, so the write that decides`, async () => {
    const source = { module: OWN_PROGRAMS, name };
    await withSession(source, { mailbox: "reference" }, (session) => {
      run(session, {}, 30_000);
      const failure = describeFailure(session, source);
      const steps = describeSteps(session, failure.steps);
      const table = renderSchedule(failure.threads, steps, 1000)
        .split("\n")
        .flatMap((line) => line.split("│").map((cell) => cell.trim()));
      const page = renderSchedulePage(failure, steps, "");
      const rows = [...page.matchAll(/<td[^>]*>([^<]*)<\/td>/g)].map(([, text = ""]) =>
        text.replaceAll("&#39;", "'").trim(),
      );
      const values = lastValues(table);
      assert.deepEqual(values, lastValues(rows));
      assert.ok(values.size > 0);
      if (!STATUS_RACES.includes(name)) return;
      session.execute({ prefix: failure.steps });
      assert.equal(values.get("row status"), session.env.status());
    });
  });
}

test("a schedule is followed only if each of its steps is made", async () => {
  const source = { module: FAULTY, name: "thrower" };
  await withSession(source, {}, (session) => {
    session.execute({ prefix: [] });
    const steps = threadsOf(session);
    assert.equal(replaySchedule(session, { steps }).followed, true);
    for (const left of [[0], [7], [1, 0, 7, 7, 7]])
      assert.equal(replaySchedule(session, { steps: [...steps, ...left] }).followed, false);
  });
  for (const [name, maxSteps] of [
    ["deadlock", 5000],
    ["livelock", 200],
  ] as const) {
    await withSession({ module: FAULTY, name }, { maxSteps }, (session) => {
      const found = run(session).problems;
      const { problems, followed } = replaySchedule(session, { steps: threadsOf(session) });
      assert.deepEqual([problems, followed], [found, true]);
    });
  }
});

test("pct at depth 3 finds an order that needs two change points, whichever thread is lowered first", async () => {
  await withSession({ module: FAULTY, name: "two-preempted" }, {}, (session) => {
    const { problems } = run(session, { strategy: "pct", seed: "races", depth: 3 }, 6000);
    assert.deepEqual(problems, ["each thread saw what was before it"]);
  });
});

test("a program that calls act has the same steps in each execution", async () => {
  await withSession({ module: FAULTY, name: "acting" }, {}, (session) => {
    const lengths = [0, 1, 2].map(() => {
      session.execute({ prefix: [] });
      return session.steps;
    });
    assert.equal(new Set(lengths).size, 1, lengths.join());
  });
  await withSession({ module: FAULTY, name: "acting" }, {}, (session) => {
    const { problems, tally } = run(session);
    assert.deepEqual([problems, tally.covered], [[], true]);
  });
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
