import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { AGENT_STATUSES } from "../../../dist/vocabulary/index.js";
import { DatabaseFullError } from "../../../dist/platform/db/index.js";
// The group commit runs inside the writer thread only; here it is driven directly, on a connection whose disk can be
// made full.
import { openOwner } from "../../../dist/platform/db/connection.js";
import { GroupCommit } from "../../../dist/platform/db/group.js";
import { createReads } from "../../../dist/platform/db/reads.js";
import type { Request } from "../../../dist/platform/db/reads-and-writes.js";
import { areEntries, countOf, createPacker, type Packed } from "../../../dist/platform/db/packed-writes.js";

const SETUP: Request[] = [
  ["newTask", [{ taskName: "talk", taskType: "chat" }]],
  ["newTaskRun", [{ taskId: "1", providerType: "p", runDir: "/" }]],
  ["newAssignments", [{ taskRunId: "1", assignments: 3, unitsEach: 1, status: "launched" }]],
  ...["ann", "bob"].map((workerName): Request => ["findOrCreateWorker", [{ workerName, providerType: "p" }]]),
];

function pack(requests: readonly Request[]): Packed {
  const packer = createPacker();
  for (const [name, args] of requests) packer.add(name, args);
  assert.equal(packer.size, requests.length);
  return packer.take();
}

const id = fc.integer({ min: 1, max: 4 }).map(String);
const aRequest: fc.Arbitrary<Request> = fc.oneof(
  fc.record({ workerId: id, unitId: id }).map((key): Request => ["newAgent", [{ ...key, providerType: "p", at: 0 }]]),
  fc
    .tuple(id, fc.constantFrom(...AGENT_STATUSES))
    .map(([agentId, status]): Request => ["updateAgent", [agentId, { status, at: 1 }]]),
  id.map((agentId): Request => ["appendState", [{ agentType: "main", agentId, kind: "update", data: "1", at: 2 }]]),
  id.map((workerId): Request => ["reserveUnit", ["1", workerId]]),
  id.map((unitId): Request => ["clearUnitAgent", [unitId]]),
  fc.constant<Request>(["newTask", [{ taskName: "talk", taskType: "chat" }]]),
);

test("writes have the same outcomes and rows in groups, with failures among them, as one by one", () => {
  const execute = (groups: readonly (readonly Request[])[]): unknown => {
    const connection = openOwner(":memory:", true);
    const group = new GroupCommit(connection);
    group.commit(SETUP);
    const outcomes = groups
      .flatMap((requests) => group.commit(pack(requests)))
      .map(({ value, error }) => ({ value, error: error?.message }));
    const reads = createReads(connection);
    const rows = [
      reads.unitsOfTaskRun("1"),
      reads.agentsOfTaskRun("1"),
      ["1", "2", "3"].map((agent) => reads.statusChangesOf("main", agent)),
    ];
    connection.close();
    return { outcomes, rows };
  };
  fc.assert(
    fc.property(fc.array(fc.array(aRequest, { maxLength: 8 }), { maxLength: 4 }), (groups) => {
      assert.deepEqual(execute(groups), execute(groups.flat().map((request) => [request])));
    }),
    { numRuns: 40 },
  );
});

test("entries of the journal that are added many in a statement are in their order, and those of unknown agents fail alone", () => {
  const entry = fc.record({
    agentType: fc.constantFrom("main", "onboarding"),
    agentId: fc.constantFrom("1", "1", "1", "1", "1", "1", "1", "9"),
  });
  const AGENTS: Request[] = [
    ["newAgent", [{ workerId: "1", unitId: "1", providerType: "p", at: 0 }]],
    ["newOnboardingAgent", [{ workerId: "1", taskRunId: "1", at: 0 }]],
  ];
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 200, size: "max" }), (entries) => {
      const connection = openOwner(":memory:", true);
      const group = new GroupCommit(connection);
      group.commit([...SETUP, ...AGENTS]);
      const outcomes = group.commit(
        pack(entries.map((key, n): Request => ["appendState", [{ ...key, kind: "update", data: String(n), at: n }]])),
      );
      const rows = connection.prepare("SELECT agent_type AS agentType, data FROM agent_state ORDER BY seq").all();
      connection.close();
      assert.deepEqual(
        outcomes.map(({ error }) => error === undefined),
        entries.map(({ agentId }) => agentId === "1"),
      );
      assert.deepEqual(
        rows,
        entries.flatMap(({ agentType, agentId }, n) => (agentId === "1" ? [{ agentType, data: String(n) }] : [])),
      );
    }),
    { numRuns: 60 },
  );
});

test("what crosses to the writer is what was sent, in order", () => {
  fc.assert(
    fc.property(fc.array(aRequest, { maxLength: 30 }), (requests) => {
      const message = structuredClone(pack(requests));
      assert.equal(countOf(message), requests.length);
      const arrived = message.flatMap((item): Request[] => {
        if (!areEntries(item)) return [item];
        const { agentType, kind, agentIds, data, at } = item;
        return agentIds.map((agentId, n) => [
          "appendState",
          [{ agentType, agentId, kind, data: data[n] ?? "", at: at[n] ?? NaN }],
        ]);
      });
      assert.deepEqual(arrived, requests);
    }),
  );
});

test("a full disk fails every write whose commit it took with it, and none before", () => {
  const connection = openOwner(":memory:", true);
  const group = new GroupCommit(connection);
  group.commit(SETUP);
  const agent: Request = ["newAgent", [{ workerId: "1", unitId: "1", providerType: "p", at: 0 }]];
  assert.equal(group.commit([agent])[0]?.error, undefined);
  const pages = Number(connection.pragma("page_count", { simple: true }));
  connection.pragma(`max_page_count = ${pages}`);

  const update: Request = ["updateAgent", ["1", { status: "accepted", at: 1 }]];
  const tooMuch: Request = [
    "appendState",
    [{ agentType: "main", agentId: "1", kind: "submit", data: "x".repeat(100_000), at: 2 }],
  ];
  const outcomes = group.commit([update, tooMuch, update]);
  const row = createReads(connection).getAgent("1");

  assert.ok(outcomes[1]?.error instanceof DatabaseFullError);
  assert.match(outcomes[1].error.message, /the disk is full/);
  // What was acknowledged is what is there.
  const acknowledged = outcomes[0]?.error === undefined || outcomes[2]?.error === undefined;
  assert.equal(row?.status, acknowledged ? "accepted" : "none");
  assert.ok(!connection.inTransaction);
  connection.close();
});

test("a group that cannot be committed fails as a whole", () => {
  const connection = openOwner(":memory:", true);
  const group = new GroupCommit(connection);
  group.commit(SETUP);
  // A deferred constraint is checked at the commit alone.
  connection.exec(`
    CREATE TABLE broken (task_id INTEGER REFERENCES tasks DEFERRABLE INITIALLY DEFERRED);
    CREATE TRIGGER breaks AFTER INSERT ON workers BEGIN INSERT INTO broken VALUES (99); END;`);
  const outcomes = group.commit([
    ["newTask", [{ taskName: "walk", taskType: "chat" }]],
    ["newTask", [{ taskName: "walk", taskType: "chat" }]],
    ["findOrCreateWorker", [{ workerName: "eve", providerType: "p" }]],
  ]);
  assert.deepEqual(
    outcomes.map(({ error }) => /committing failed|newTask failed/.exec(error?.message ?? "")?.[0]),
    ["committing failed", "newTask failed", "committing failed"],
  );
  assert.equal(createReads(connection).findTask("walk"), undefined);
  assert.equal(group.commits, 1, "the one before");
  connection.close();
});
