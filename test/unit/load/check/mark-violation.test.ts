/** The row that a replay marks is the one at which the invariant broke, whatever happened to the agent. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  checkInvariants,
  markViolation,
  noteTaken,
  nothingTaken,
  type AgentStep,
  type BrokenInvariant,
} from "../../../../dist/load/check/index.js";
import { isFinal, type AgentStatus } from "../../../../dist/vocabulary/index.js";

const ID = "updates-exactly-once-in-order";

/** The violations of the updates that the steps of one agent show, found by the invariants of a run. */
function violationsOf(steps: readonly AgentStep[]): BrokenInvariant[] {
  const taken = nothingTaken();
  for (const step of steps) if (step.taken !== undefined) noteTaken(taken, step.taken);
  const statuses = steps.flatMap(({ status }) => (status === undefined ? [] : [status]));
  const status = statuses.find(isFinal) ?? "in task";
  const sent = Math.max(0, ...steps.map(({ appended = 0 }) => appended));
  const { results } = checkInvariants({
    clients: [{ agentId: "1", sent, acknowledgedSubmits: 0, acknowledgedStatuses: [] }],
    tasks: [{ agentId: "1", taken, acknowledgedStatuses: [] }],
    rows: [{ agentId: "1", status, history: [status], submits: 0 }],
    holdings: [],
    accounting: { gauges: {}, rows: {}, agentsWithHandles: 0, slotsInUse: 0 },
    releaseBoundMs: Infinity,
  });
  return results.flatMap(({ id, violations }) => (id === ID ? violations.map((one) => ({ id, ...one })) : []));
}

const takes = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 12 });

test("of updates that were taken out of order, the first take that is not the next number is marked", () => {
  fc.assert(
    fc.property(takes, (numbers) => {
      const appended = Array.from({ length: 6 }, (_, index): AgentStep => ({ appended: index + 1 }));
      const steps: AgentStep[] = [...appended, ...numbers.map((taken) => ({ taken })), { status: "disconnect" }];
      const disorder = violationsOf(steps).find(({ what }) => what === "taken out of order");
      const wrong = numbers.findIndex((number, index) => number !== index + 1);
      if (disorder === undefined) {
        assert.equal(wrong, -1);
        return;
      }
      const marks = markViolation(disorder, steps);
      assert.deepEqual(
        marks.map(({ row, broke }) => [row, broke]),
        [[appended.length + wrong, true]],
      );
    }),
  );
});

test("of lost updates, the appends of exactly those are marked, and the final status at which they are lost", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 8 })), fc.nat(8), (taken, place) => {
      const appended = Array.from({ length: 8 }, (_, index): AgentStep => ({ appended: index + 1 }));
      const steps: AgentStep[] = [{ status: "in task" }, ...appended, ...taken.map((number) => ({ taken: number }))];
      const end = 1 + appended.length + Math.min(place, taken.length);
      steps.splice(end, 0, { status: "completed" });
      const lost = violationsOf(steps).find(({ what }) => what === "lost");
      const missing = appended.flatMap((_, index) => (taken.includes(index + 1) ? [] : [index + 1]));
      assert.equal(lost === undefined, missing.length === 0);
      if (lost === undefined) return;
      const marks = markViolation(lost, steps);
      assert.deepEqual(
        marks.filter(({ broke }) => broke).map(({ row }) => row),
        [end],
      );
      // The row of update n is n.
      assert.deepEqual(
        marks.filter(({ broke }) => !broke).map(({ row }) => row),
        missing,
      );
    }),
  );
});

test("the other invariants are marked where their rows are, and nowhere when no row shows them", () => {
  const steps: AgentStep[] = [
    { status: "in task" },
    { released: true },
    { status: "disconnect" },
    { released: true },
    { status: "timeout" },
  ];
  const rowsOf = (id: string, what = "x", of = steps): number[] =>
    markViolation({ id, what, detail: "", agentId: "1" }, of).map(({ row }) => row);
  assert.deepEqual(rowsOf("no-early-timeout"), [4]);
  assert.deepEqual(rowsOf("absent-waiter-released"), [3]);
  assert.deepEqual(rowsOf("one-agent-per-unit", "unit held twice"), [0]);
  assert.deepEqual(rowsOf("one-agent-per-unit", "unit never given back"), [2]);
  assert.deepEqual(rowsOf("final-status"), [4]);
  assert.deepEqual(rowsOf("acknowledged-is-durable"), [4]);
  assert.deepEqual(rowsOf(ID, "taken but never sent", [{ taken: 1 }, { taken: 2 }, {}]), [1]);
  const nothing: AgentStep[] = [{}, {}];
  for (const id of ["no-early-timeout", "absent-waiter-released", "final-status", ID])
    assert.deepEqual(rowsOf(id, "lost", nothing), []);
});

test("a lost update of an agent without a final status is marked at its append", () => {
  const status: AgentStatus = "in task";
  const marks = markViolation({ id: ID, what: "lost", detail: "d", agentId: "1" }, [{ status }, { appended: 1 }]);
  assert.deepEqual(
    marks.map(({ row, text }) => [row, text]),
    [[1, "live update 1 is never taken"]],
  );
});
