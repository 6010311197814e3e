/** The books of a run: what its threads noted against what its database says. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gatherEvidence, type RawEvidence } from "../../../../dist/load/check/gather-evidence.js";
import { checkInvariants, nothingTaken } from "../../../../dist/load/check/index.js";

const ids = ["1", "2", "3"];

/** Three agents who completed; the pool admitted all of them and the one task thread ran them. */
const sound: RawEvidence = {
  clients: [],
  pool: ids.map((agentId) => ({ agentId, channel: "clients-0", runner: 0, acknowledgedStatuses: [] })),
  tasks: ids.map((agentId) => ({ agentId, taken: nothingTaken(), acknowledgedStatuses: [], endedAtMs: 9 })),
  gauges: [{ agentType: "main", status: "completed", value: 3 }],
  audit: ids.map((agentId) => ({
    agentType: "main",
    agentId,
    workerName: `worker-${agentId}`,
    status: "completed",
    unitId: agentId,
    holdsUnit: false,
    createdAt: 1,
    history: [{ status: "completed", at: 2 }],
    submits: 0,
  })),
  slotsInUse: 0,
};

function accounting(changes: Partial<RawEvidence>) {
  const found = checkInvariants(gatherEvidence({ ...sound, ...changes })).results.find(
    ({ id }) => id === "accounting-consistent",
  );
  return {
    checked: found?.checked,
    unchecked: found?.unchecked,
    violations: found?.violations.map(({ what, detail }) => `${what}: ${detail}`),
  };
}

test("handles are counted from what the pool and the task threads noted, not from the rows", () => {
  assert.deepEqual(accounting({}), { checked: 3, unchecked: undefined, violations: [] });
  assert.deepEqual(accounting({ pool: sound.pool.slice(1), tasks: sound.tasks.slice(1) }).violations, [
    "handles and rows differ: 2 agents had a handle, 3 have a row",
  ]);
  assert.deepEqual(
    accounting({ pool: [...sound.pool, { agentId: "4", channel: "clients-0", acknowledgedStatuses: [] }] }).violations,
    ["handles and rows differ: 4 agents had a handle, 3 have a row"],
  );
  assert.deepEqual(
    accounting({ tasks: [] }).violations,
    [],
    "the notes of a task thread may be gone: the pool has a handle on all",
  );
});

test("gauges are compared unless a task thread was killed, which had a share of them", () => {
  const gauges: RawEvidence["gauges"] = [{ agentType: "main", status: "completed", value: 10 }];
  const wrong = ["gauge and rows differ: main completed: the gauge says 10, 3 rows"];
  assert.deepEqual(accounting({ gauges }), { checked: 3, unchecked: undefined, violations: wrong });
  const client = { channels: new Set(["clients-0"]), runners: new Set<number>() };
  assert.deepEqual(accounting({ gauges, killed: client }), { checked: 3, unchecked: undefined, violations: wrong });
  const task = { channels: new Set<string>(), runners: new Set([0]) };
  assert.deepEqual(accounting({ gauges, killed: task }), { checked: 2, unchecked: 1, violations: [] });
});
