import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { AGENT_STATUSES, FINAL_STATUSES, isFinal, type AgentStatus } from "../../../dist/vocabulary/index.js";
import { DatabaseError, openDatabase, type Database } from "../../../dist/platform/db/index.js";
import { newAgent, newPath, newTaskRun, put } from "../../support/db/fixture.js";

const inMemory = (): Database => openDatabase(":memory:");

test("the fourteen statuses and the eight final ones", () => {
  assert.equal(AGENT_STATUSES.length, 14);
  assert.deepEqual(AGENT_STATUSES.filter(isFinal), [
    "completed",
    "disconnect",
    "timeout",
    "expired",
    "returned",
    "approved",
    "soft_rejected",
    "rejected",
  ]);
  assert.equal(FINAL_STATUSES.size, 8);
});

test("task, task run, assignment and unit inherit what their rows repeat", () => {
  const db = inMemory();
  const task = put(db, "newTask", { taskName: "talk", taskType: "chat" });
  assert.deepEqual(task, { taskId: "1", taskName: "talk", taskType: "chat" });
  assert.deepEqual(db.findTask("talk"), task);
  assert.deepEqual(db.getTask("1"), task);
  assert.equal(db.findTask("walk"), undefined);

  const run = put(db, "newTaskRun", { taskId: "1", providerType: "simulated", runDir: "/r" });
  assert.deepEqual(run, { taskRunId: "1", taskId: "1", taskType: "chat", providerType: "simulated", runDir: "/r" });
  assert.deepEqual(db.getTaskRun("1"), run);

  const assignment = put(db, "newAssignment", { taskRunId: "1" });
  assert.deepEqual(assignment, {
    assignmentId: "1",
    taskRunId: "1",
    taskId: "1",
    taskType: "chat",
    providerType: "simulated",
  });
  assert.deepEqual(db.getAssignment("1"), assignment);

  const unit = put(db, "newUnit", { assignmentId: "1", unitIndex: 0, status: "created" });
  assert.deepEqual(unit, {
    ...assignment,
    unitId: "1",
    unitIndex: 0,
    agentId: null,
    workerId: null,
    status: "created",
  });
  put(db, "updateUnit", "1", { status: "expired" });
  assert.deepEqual(db.getUnit("1"), { ...unit, status: "expired" });
  assert.deepEqual(db.unitStatusCounts("1"), new Map([["expired", 1]]));
});

test("newAssignments makes all of them or none", () => {
  const db = inMemory();
  const { taskRunId, assignmentIds } = newTaskRun(db, 3, 2);
  assert.deepEqual(assignmentIds, ["1", "2", "3"]);
  assert.deepEqual(
    db.unitsOfAssignment("2").map((unit) => [unit.unitIndex, unit.status]),
    [
      [0, "launched"],
      [1, "launched"],
    ],
  );
  assert.throws(
    () => put(db, "newAssignments", { taskRunId, assignments: 2, unitsEach: 1, status: "no such status" as "created" }),
    (error) => error instanceof DatabaseError && /CHECK constraint/.test(error.message),
  );
  assert.equal(db.assignmentsOfTaskRun(taskRunId).length, 3);
});

test("a worker is found under its name and provider, or made once", () => {
  const db = inMemory();
  const ann = put(db, "findOrCreateWorker", { workerName: "ann", providerType: "simulated" });
  assert.deepEqual(put(db, "findOrCreateWorker", { workerName: "ann", providerType: "simulated" }), ann);
  assert.notEqual(put(db, "findOrCreateWorker", { workerName: "ann", providerType: "other" }).workerId, ann.workerId);
  assert.deepEqual(db.findWorker("ann", "simulated"), ann);
  assert.deepEqual(db.getWorker(ann.workerId), ann);
});

test("a new agent holds its unit, and a unit has one agent at most", () => {
  const db = inMemory();
  const { taskRunId } = newTaskRun(db, 1, 1);
  const { agentId, unitId, workerId } = newAgent(db, taskRunId, "ann");
  const agent = db.getAgent(agentId);
  assert.deepEqual(agent, {
    agentId,
    workerId,
    unitId,
    taskRunId,
    status: "none",
    assignmentId: "1",
    taskId: "1",
    taskType: "chat",
    providerType: "simulated",
  });
  const { agentId: holder, workerId: reservedFor, status } = db.getUnit(unitId) ?? {};
  assert.deepEqual({ holder, reservedFor, status }, { holder: agentId, reservedFor: workerId, status: "assigned" });

  assert.throws(
    () => put(db, "newAgent", { workerId, unitId, providerType: "simulated", at: 1 }),
    /unit 1 has an agent/,
  );
  assert.equal(db.agentsOfTaskRun(taskRunId).length, 1, "the refused agent's row was rolled back");

  put(db, "clearUnitAgent", unitId);
  const free = db.getUnit(unitId);
  assert.deepEqual([free?.agentId, free?.workerId, free?.status], [null, null, "launched"]);
});

test("a unit reserved for one worker is not given to another's agent", () => {
  const db = inMemory();
  const { taskRunId } = newTaskRun(db, 1, 1);
  const ann = put(db, "findOrCreateWorker", { workerName: "ann", providerType: "simulated" }).workerId;
  const bob = put(db, "findOrCreateWorker", { workerName: "bob", providerType: "simulated" }).workerId;
  assert.equal(put(db, "reserveUnit", taskRunId, ann)?.unitId, "1");
  assert.throws(
    () => put(db, "newAgent", { workerId: bob, unitId: "1", providerType: "simulated", at: 0 }),
    /reserved for another worker/,
  );
});

test("reserveUnit: oldest first, only launched, an assignment never twice to one worker", () => {
  const db = inMemory();
  const { taskRunId } = newTaskRun(db, 2, 2);
  const ann = newAgent(db, taskRunId, "ann");
  assert.equal(ann.unitId, "1");
  assert.equal(
    put(db, "reserveUnit", taskRunId, ann.workerId)?.unitId,
    "3",
    "not unit 2, which is of the same assignment",
  );
  assert.equal(put(db, "reserveUnit", taskRunId, ann.workerId), null);

  put(db, "clearUnitAgent", "3");
  put(db, "clearUnitAgent", "1");
  assert.equal(
    put(db, "reserveUnit", taskRunId, ann.workerId)?.unitId,
    "3",
    "not unit 1: she has had an agent on its assignment",
  );
  put(db, "updateUnit", "1", { status: "expired" });
  const bob = put(db, "findOrCreateWorker", { workerName: "bob", providerType: "simulated" }).workerId;
  assert.equal(put(db, "reserveUnit", taskRunId, bob)?.unitId, "2", "not unit 1: it has expired");
});

test("every change of a status is in the history, a repetition is not", () => {
  const db = inMemory();
  const { taskRunId } = newTaskRun(db, 1, 1);
  const { agentId, workerId } = newAgent(db, taskRunId, "ann");
  const onboarding = put(db, "newOnboardingAgent", { workerId, taskRunId, at: 0 });
  assert.deepEqual(onboarding, {
    onboardingAgentId: "1",
    status: "none",
    workerId,
    taskRunId,
    taskId: "1",
    taskType: "chat",
  });

  const path: AgentStatus[] = ["accepted", "in task", "in task", "disconnect"];
  path.forEach((status, index) => {
    put(db, "updateAgent", agentId, { status, at: index + 0.5 });
  });
  put(db, "updateOnboardingAgent", "1", { status: "waiting", at: 9 });

  assert.deepEqual(
    db.statusChangesOf("main", agentId).map(({ oldStatus, newStatus, at }) => [oldStatus, newStatus, at]),
    [
      ["none", "accepted", 0.5],
      ["accepted", "in task", 1.5],
      ["in task", "disconnect", 3.5],
    ],
  );
  assert.deepEqual(
    db.statusChangesOf("onboarding", "1").map(({ newStatus }) => newStatus),
    ["waiting"],
  );
  assert.equal(db.getAgent(agentId)?.status, "disconnect");
  assert.equal(db.getOnboardingAgent("1")?.status, "waiting");
  assert.deepEqual(db.onboardingAgentsOfTaskRun(taskRunId), [{ ...onboarding, status: "waiting" }]);
  assert.deepEqual(db.agentStatusCounts(taskRunId), new Map([["disconnect", 1]]));
  assert.deepEqual(db.onboardingStatusCounts(taskRunId), new Map([["waiting", 1]]));
});

test("with unlessFinal a final status stays, and is what the write returns", () => {
  const db = inMemory();
  const { taskRunId } = newTaskRun(db, 1, 1);
  const { agentId, workerId } = newAgent(db, taskRunId, "ann");
  put(db, "newOnboardingAgent", { workerId, taskRunId, at: 0 });
  for (const write of ["updateAgent", "updateOnboardingAgent"] as const) {
    assert.equal(put(db, write, agentId, { status: "completed", at: 1, unlessFinal: true }), "none");
    assert.equal(put(db, write, agentId, { status: "disconnect", at: 2, unlessFinal: true }), "completed");
    assert.equal(put(db, write, agentId, { status: "approved", at: 3 }), "completed", "without it, it is replaced");
  }
  assert.deepEqual([db.getAgent(agentId)?.status, db.getOnboardingAgent("1")?.status], ["approved", "approved"]);
});

test("with an agent's id a unit is only changed while it is that agent's", () => {
  const db = inMemory();
  const { taskRunId } = newTaskRun(db, 1, 1);
  const ann = newAgent(db, taskRunId, "ann");
  put(db, "clearUnitAgent", ann.unitId, ann.agentId);
  const bob = newAgent(db, taskRunId, "bob");
  assert.equal(bob.unitId, ann.unitId);
  put(db, "clearUnitAgent", ann.unitId, ann.agentId);
  put(db, "updateUnit", ann.unitId, { status: "expired", agentId: ann.agentId });
  assert.deepEqual([db.getUnit(ann.unitId)?.agentId, db.getUnit(ann.unitId)?.status], [bob.agentId, "assigned"]);
  put(db, "updateUnit", ann.unitId, { status: "expired", agentId: bob.agentId });
  assert.equal(db.getUnit(ann.unitId)?.status, "expired");
});

test("the journal of a state keeps its order and belongs to one agent of one type", () => {
  const db = inMemory();
  const { taskRunId } = newTaskRun(db, 1, 1);
  const { agentId, workerId } = newAgent(db, taskRunId, "ann");
  put(db, "newOnboardingAgent", { workerId, taskRunId, at: 0 });
  put(db, "appendState", { agentType: "main", agentId, kind: "update", data: '{"n":1}', at: 1 });
  put(db, "appendState", { agentType: "onboarding", agentId: "1", kind: "submit", data: "null", at: 2 });
  put(db, "appendState", { agentType: "main", agentId, kind: "submit", data: '{"n":2}', at: 3 });
  assert.deepEqual(
    db.stateOfAgent("main", agentId).map(({ kind, data, at }) => [kind, data, at]),
    [
      ["update", '{"n":1}', 1],
      ["submit", '{"n":2}', 3],
    ],
  );
  assert.deepEqual(
    db.stateOfAgent("onboarding", "1").map(({ kind }) => kind),
    ["submit"],
  );
  assert.equal(db.submitOfAgent("main", agentId)?.data, '{"n":2}');
  assert.equal(db.submitOfAgent("onboarding", "2"), undefined);
  assert.throws(
    () => put(db, "appendState", { agentType: "onboarding", agentId: "2", kind: "update", data: "0", at: 4 }),
    /no onboarding agent 2/,
  );
});

test("qualifications are granted, changed and taken back", () => {
  const db = inMemory();
  const { workerId } = put(db, "findOrCreateWorker", { workerName: "ann", providerType: "simulated" });
  const passed = put(db, "newQualification", { qualificationName: "passed" });
  assert.deepEqual(db.findQualification("passed"), passed);
  assert.throws(() => put(db, "newQualification", { qualificationName: "passed" }), DatabaseError);
  const { qualificationId } = passed;
  put(db, "grantQualification", { workerId, qualificationId, value: 0 });
  put(db, "grantQualification", { workerId, qualificationId, value: 1 });
  assert.deepEqual(db.qualificationsOfWorker(workerId), [
    { workerId, qualificationId, qualificationName: "passed", value: 1 },
  ]);
  assert.equal(put(db, "revokeQualification", { workerId, qualificationId }), true);
  assert.equal(put(db, "revokeQualification", { workerId, qualificationId }), false);
  assert.deepEqual(db.qualificationsOfWorker(workerId), []);
});

test("a qualification is granted to many by their names, who are made where there is none of the name, or to nobody", () => {
  const db = inMemory();
  const { workerId } = put(db, "findOrCreateWorker", { workerName: "ann", providerType: "simulated" });
  const { qualificationId } = put(db, "newQualification", { qualificationName: "language" });
  put(db, "grantByName", {
    qualificationId,
    providerType: "simulated",
    grants: [
      { workerName: "ann", value: 5 },
      { workerName: "bob", value: 7 },
    ],
  });
  assert.deepEqual(
    db.qualificationsOfWorker(workerId).map(({ value }) => value),
    [5],
  );
  assert.deepEqual(
    db.qualificationsOfWorker(db.findWorker("bob", "simulated")?.workerId ?? "").map(({ value }) => value),
    [7],
  );
  const broken = [
    { workerName: "cyd", value: 1 },
    { workerName: "dan", value: 0.5 },
  ];
  assert.throws(
    () => put(db, "grantByName", { qualificationId, providerType: "simulated", grants: broken }),
    DatabaseError,
  );
  assert.equal(db.findWorker("cyd", "simulated"), undefined);
});

test("a write that refers to nothing fails and says to what", () => {
  const db = inMemory();
  const at = 0;
  assert.throws(() => put(db, "newTaskRun", { taskId: "7", providerType: "p", runDir: "/" }), /there is no task 7/);
  assert.throws(() => put(db, "newAssignment", { taskRunId: "7" }), /there is no task run 7/);
  assert.throws(
    () => put(db, "newAssignments", { taskRunId: "7", assignments: 1, unitsEach: 1, status: "created" }),
    /no task run 7/,
  );
  assert.throws(
    () => put(db, "newUnit", { assignmentId: "7", unitIndex: 0, status: "created" }),
    /there is no assignment 7/,
  );
  assert.throws(() => put(db, "updateUnit", "7", { status: "expired" }), /there is no unit 7/);
  assert.throws(() => put(db, "clearUnitAgent", "7"), /there is no unit 7/);
  assert.throws(() => put(db, "newAgent", { workerId: "7", unitId: "7", providerType: "p", at }), /there is no unit 7/);
  assert.throws(() => put(db, "updateAgent", "7", { status: "waiting", at }), /there is no agent 7/);
  assert.throws(() => put(db, "newOnboardingAgent", { workerId: "7", taskRunId: "7", at }), /there is no task run 7/);
  assert.throws(
    () => put(db, "updateOnboardingAgent", "7", { status: "waiting", at }),
    /there is no onboarding agent 7/,
  );
  assert.throws(() => put(db, "grantQualification", { workerId: "7", qualificationId: "7", value: 1 }), /FOREIGN KEY/);
  const { taskRunId } = newTaskRun(db, 1, 1);
  assert.throws(() => put(db, "newAgent", { workerId: "7", unitId: "1", providerType: "p", at }), /FOREIGN KEY/);
  assert.throws(() => put(db, "reserveUnit", taskRunId, "7"), /FOREIGN KEY/);
  assert.equal(db.getUnit("1")?.status, "launched");
});

test("the failure of a write that nobody waits for goes to onError", () => {
  const errors: DatabaseError[] = [];
  const db = openDatabase(":memory:", { onError: (error) => errors.push(error) });
  db.send("newTask", { taskName: "talk", taskType: "chat" });
  db.send("newTask", { taskName: "talk", taskType: "chat" });
  assert.equal(db.getTask("1")?.taskName, "talk");
  assert.equal(errors.length, 1);
  assert.match(errors[0]?.message ?? "", /newTask failed: UNIQUE/);
});

test("what a database without a writer thread has acknowledged is in it, also when the disk is full", (t) => {
  const child = fileURLToPath(new URL("../../support/db/full-child.js", import.meta.url));
  const printed = execFileSync(
    "bash",
    ["-c", `ulimit -f 1500; exec "$0" "$1" "$2"`, process.execPath, child, newPath(t)],
    { encoding: "utf8" },
  );
  const { acknowledged, failed, missing } = JSON.parse(printed) as Record<
    "acknowledged" | "failed" | "missing",
    number
  >;
  assert.ok(acknowledged > 0 && failed > 0, printed);
  assert.equal(missing, 0, printed);
});
