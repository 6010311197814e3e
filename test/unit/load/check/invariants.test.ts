/**
 * Every invariant holds for a sound run, and for each way to break it there is evidence that breaks it and nothing
 * else.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  VIOLATIONS_KEPT,
  checkInvariants,
  countFindings,
  noteTaken,
  nothingTaken,
  type AccountingEvidence,
  type ClientEvidence,
  type Holding,
  type InvariantId,
  type RowEvidence,
  type TaskEvidence,
} from "../../../../dist/load/check/index.js";
import { createRecorder } from "../../../../dist/load/measure/index.js";
import { mergeSnapshots } from "../../../support/measure/merge-snapshots.js";

interface Run {
  clients: ClientEvidence[];
  tasks: TaskEvidence[];
  rows: RowEvidence[];
  holdings: Holding[];
  accounting: AccountingEvidence;
  releaseBoundMs: number;
}

function taking(...numbers: number[]) {
  const taken = nothingTaken();
  for (const number of numbers) noteTaken(taken, number);
  return taken;
}

/** Agent 1 completes, 2 disconnects with an update left over, 3 times out after agent 2's unit was cleared for it. */
function soundRun(): Run {
  return {
    clients: [
      { agentId: "1", sent: 3, acknowledgedSubmits: 1, acknowledgedStatuses: [] },
      { agentId: "2", sent: 3, acknowledgedSubmits: 0, acknowledgedStatuses: ["disconnect"], absentAtMs: 500 },
      { agentId: "3", sent: 0, acknowledgedSubmits: 0, acknowledgedStatuses: [] },
    ],
    tasks: [
      { agentId: "1", taken: taking(1, 2, 3), acknowledgedStatuses: ["in task", "completed"], endedAtMs: 900 },
      {
        agentId: "2",
        taken: taking(1, 2),
        acknowledgedStatuses: ["in task"],
        endedAtMs: 501,
        released: { waitedFor: "update", waitStartedAtMs: 400, atMs: 501 },
      },
      {
        agentId: "3",
        taken: taking(),
        acknowledgedStatuses: ["timeout"],
        endedAtMs: 950,
        timeout: { waitedMs: 300.2, timeoutMs: 300, alreadyTimeout: false },
      },
    ],
    rows: [
      { agentId: "1", status: "completed", history: ["accepted", "in task", "completed"], submits: 1 },
      { agentId: "2", status: "disconnect", history: ["accepted", "in task", "disconnect"], submits: 0 },
      { agentId: "3", status: "timeout", history: ["accepted", "timeout"], submits: 0 },
    ],
    holdings: [
      { unitId: "a", agentId: "1", fromMs: 0, toMs: 900, isAssigned: false },
      { unitId: "b", agentId: "2", fromMs: 0, toMs: 500, isAssigned: false },
      { unitId: "b", agentId: "3", fromMs: 500, toMs: 950, isAssigned: false },
    ],
    accounting: {
      gauges: { "main completed": 1, "main disconnect": 1, "main timeout": 1, "main accepted": 0 },
      rows: { "main completed": 1, "main disconnect": 1, "main timeout": 1 },
      agentsWithHandles: 3,
      slotsInUse: 0,
    },
    releaseBoundMs: 50,
  };
}

const at = <T>(list: T[], index: number): T => {
  const item = list[index];
  assert.ok(item !== undefined);
  return item;
};

test("a sound run holds all invariants, and says how much was checked", () => {
  const { results, updates } = checkInvariants(soundRun());
  assert.deepEqual(
    results.map(({ id, held, checked }) => [id, held, checked]),
    [
      ["updates-exactly-once-in-order", true, 6],
      ["no-early-timeout", true, 1],
      ["absent-waiter-released", true, 1],
      ["one-agent-per-unit", true, 3],
      ["accounting-consistent", true, 6],
      ["final-status", true, 3],
      ["acknowledged-is-durable", true, 6],
    ],
  );
  assert.deepEqual(updates, { sent: 6, taken: 5, duplicated: 0, lost: 0, accounted: 1 });
});

const breakages: [name: string, id: InvariantId, what: string, breakIt: (run: Run) => void][] = [
  [
    "an update is taken twice",
    "updates-exactly-once-in-order",
    "taken out of order",
    (run) => (at(run.tasks, 0).taken = taking(1, 2, 2, 3)),
  ],
  [
    "two updates change places",
    "updates-exactly-once-in-order",
    "taken out of order",
    (run) => (at(run.tasks, 1).taken = taking(2, 1, 3)),
  ],
  [
    "an early update is skipped, though the agent ended early",
    "updates-exactly-once-in-order",
    "taken out of order",
    (run) => (at(run.tasks, 1).taken = taking(1, 3)),
  ],
  [
    "an update is taken that was not sent",
    "updates-exactly-once-in-order",
    "taken but never sent",
    (run) => (at(run.tasks, 0).taken = taking(1, 2, 3, 4)),
  ],
  [
    "a completed agent's update is not taken",
    "updates-exactly-once-in-order",
    "lost",
    (run) => (at(run.tasks, 0).taken = taking(1, 2)),
  ],
  ["no task ever saw a completed agent", "updates-exactly-once-in-order", "lost", (run) => run.tasks.shift()],
  [
    "a wait times out early",
    "no-early-timeout",
    "timed out too early",
    (run) => (at(run.tasks, 2).timeout = { waitedMs: 299.99, timeoutMs: 300, alreadyTimeout: false }),
  ],
  [
    "a waiter is released late",
    "absent-waiter-released",
    "released too late",
    (run) => (at(run.tasks, 1).released = { waitedFor: "update", waitStartedAtMs: 400, atMs: 550.1 }),
  ],
  [
    "a waiter that its thread did not see is late, in turns of seconds",
    "absent-waiter-released",
    "released too late",
    (run) =>
      (at(run.tasks, 1).released = { waitedFor: "update", waitStartedAtMs: 400, atMs: 9000, previousPollAtMs: 500.1 }),
  ],
  [
    "a waiter for a submit is released late",
    "absent-waiter-released",
    "released too late",
    (run) => (at(run.tasks, 1).released = { waitedFor: "submit", waitStartedAtMs: 400, atMs: 700 }),
  ],
  [
    "a waiter is never released",
    "absent-waiter-released",
    "never released",
    (run) => delete at(run.tasks, 1).endedAtMs,
  ],
  [
    "a unit is held twice",
    "one-agent-per-unit",
    "unit held twice",
    (run) => run.holdings.push({ unitId: "a", agentId: "2", fromMs: 899, toMs: 901, isAssigned: false }),
  ],
  [
    "a unit is held twice, inside a longer hold",
    "one-agent-per-unit",
    "unit held twice",
    (run) =>
      (run.holdings = [
        { unitId: "a", agentId: "1", fromMs: 0, isAssigned: true },
        { unitId: "a", agentId: "2", fromMs: 5, toMs: 6, isAssigned: false },
      ]),
  ],
  [
    "a unit is not given back",
    "one-agent-per-unit",
    "unit never given back",
    (run) => (run.holdings[2] = { unitId: "b", agentId: "3", fromMs: 500, toMs: 950, isAssigned: true }),
  ],
  [
    "a gauge is left behind",
    "accounting-consistent",
    "gauge and rows differ",
    (run) => (run.accounting = { ...run.accounting, gauges: { ...run.accounting.gauges, "main in task": 1 } }),
  ],
  [
    "a row has no gauge",
    "accounting-consistent",
    "gauge and rows differ",
    (run) => (run.accounting = { ...run.accounting, gauges: { ...run.accounting.gauges, "main timeout": 0 } }),
  ],
  [
    "a handle has no row",
    "accounting-consistent",
    "handles and rows differ",
    (run) => (run.accounting = { ...run.accounting, agentsWithHandles: 4 }),
  ],
  [
    "a slot is not released",
    "accounting-consistent",
    "slots not released",
    (run) => (run.accounting = { ...run.accounting, slotsInUse: 1 }),
  ],
  [
    "an agent is left in its task",
    "final-status",
    "not final",
    (run) => run.rows.push({ agentId: "4", status: "in task", history: ["in task"], submits: 0 }),
  ],
  [
    "an acknowledged status is not stored",
    "acknowledged-is-durable",
    "acknowledged status missing",
    (run) => at(run.clients, 2).acknowledgedStatuses.push("returned"),
  ],
  [
    "the task's acknowledged status is not stored",
    "acknowledged-is-durable",
    "acknowledged status missing",
    (run) => at(run.tasks, 2).acknowledgedStatuses.push("expired"),
  ],
  [
    "an acknowledged submit is not stored",
    "acknowledged-is-durable",
    "acknowledged submit missing",
    (run) => (at(run.clients, 1).acknowledgedSubmits = 1),
  ],
  [
    "an agent with acknowledgements has no row",
    "acknowledged-is-durable",
    "acknowledged status missing",
    (run) => run.rows.splice(2, 1),
  ],
  [
    "a row is not what was last committed",
    "acknowledged-is-durable",
    "row and history differ",
    (run) => (run.rows[2] = { agentId: "3", status: "timeout", history: ["timeout", "expired"], submits: 0 }),
  ],
];

for (const [name, id, what, breakIt] of breakages) {
  test(`broken: ${name}`, () => {
    const run = soundRun();
    breakIt(run);
    const { results } = checkInvariants(run);
    assert.deepEqual(
      results.filter((result) => !result.held).map((result) => result.id),
      [id],
    );
    const broken = results.find((result) => result.id === id);
    assert.ok(broken?.violations.some((violation) => violation.what === what));
  });
}

test("what is no violation: a wait cut short by a status, a wait begun after the worker left, a task that was over", () => {
  const run = soundRun();
  at(run.tasks, 2).timeout = { waitedMs: 1, timeoutMs: 300, alreadyTimeout: true };
  at(run.tasks, 1).released = { waitedFor: "update", waitStartedAtMs: 880, atMs: 881 };
  assert.ok(checkInvariants(run).results.every((result) => result.held));
  at(run.tasks, 1).endedAtMs = 499;
  const releases = checkInvariants(run).results.find((result) => result.id === "absent-waiter-released");
  assert.deepEqual([releases?.held, releases?.checked], [true, 0]);
});

test("a waiter is not late that its thread, however long its turns are, resumed in the first turn after the worker left", () => {
  const run = soundRun();
  at(run.tasks, 1).released = { waitedFor: "update", waitStartedAtMs: 400, atMs: 9000, previousPollAtMs: 500 };
  assert.ok(checkInvariants(run).results.every((result) => result.held));
  at(run.tasks, 1).released = { waitedFor: "update", waitStartedAtMs: 8000, atMs: 9000, previousPollAtMs: 8000 };
  assert.ok(checkInvariants(run).results.every((result) => result.held));
});

test("an update that is taken late is out of order, but neither repeated nor lost", () => {
  const run = soundRun();
  at(run.tasks, 0).taken = taking(1, 3, 2);
  const { results, updates } = checkInvariants(run);
  assert.deepEqual(updates, { sent: 6, taken: 5, duplicated: 0, lost: 0, accounted: 1 });
  const [broken, ...others] = results.filter((result) => !result.held).flatMap((result) => result.violations);
  assert.deepEqual(
    [broken?.what, broken?.detail],
    ["taken out of order", "update 3 was taken where 2 was next (0 repeated, 1 late, 0 skipped)"],
  );
  assert.deepEqual(others, []);
  at(run.tasks, 0).taken = taking(3, 1, 1);
  assert.deepEqual(checkInvariants(run).updates, { sent: 6, taken: 5, duplicated: 1, lost: 1, accounted: 1 });
});

test("an agent that left while nobody waited for it is not counted as checked", () => {
  const run = soundRun();
  delete at(run.tasks, 1).released;
  const releases = checkInvariants(run).results.find((result) => result.id === "absent-waiter-released");
  assert.deepEqual([releases?.held, releases?.checked], [true, 0]);
});

test("updates of an agent whose partner was gone are accounted for by its history, though it completed", () => {
  const run = soundRun();
  at(run.tasks, 0).taken = taking(1, 2);
  run.rows[0] = {
    agentId: "1",
    status: "completed",
    history: ["accepted", "in task", "partner disconnect", "completed"],
    submits: 1,
  };
  const { results, updates } = checkInvariants(run);
  assert.ok(results.every((result) => result.held));
  assert.deepEqual(updates, { sent: 6, taken: 4, duplicated: 0, lost: 0, accounted: 2 });
});

test("many violations are counted, the first are kept", () => {
  const run = soundRun();
  for (let n = 0; n < 100; n++)
    run.rows.push({ agentId: `x${n}`, status: "waiting", history: ["waiting"], submits: 0 });
  const broken = checkInvariants(run).results.find((result) => result.id === "final-status");
  assert.equal(broken?.violationCount, 100);
  assert.equal(broken.violations.length, VIOLATIONS_KEPT);
});

test("findings are counted into the metrics that thresholds are set on", () => {
  const run = soundRun();
  at(run.tasks, 0).taken = taking(1, 1);
  const recorder = createRecorder({ thread: "main", originMs: 0 });
  countFindings(checkInvariants(run), recorder);
  const { counters } = mergeSnapshots([recorder.take()], 1);
  assert.deepEqual(
    [
      counters.live_updates_lost,
      counters.live_updates_duplicated,
      counters.live_updates_accounted,
      counters.invariant_violations,
    ],
    [2, 1, 1, 2],
  );
});

test("two pieces of evidence of one kind on one agent are refused", () => {
  const run = soundRun();
  run.tasks.push(at(run.tasks, 0));
  assert.throws(() => checkInvariants(run), /agent 1: two pieces of task evidence/);
});

test("any order of takes other than 1, 2, 3, … is noticed", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 6 }), (numbers) => {
      const taken = taking(...numbers);
      const inOrder = numbers.every((number, index) => number === index + 1);
      assert.equal(taken.firstDisorder === undefined, inOrder);
      assert.equal(taken.count, numbers.length);
      if (inOrder) assert.equal(taken.next, numbers.length + 1);
    }),
  );
});
