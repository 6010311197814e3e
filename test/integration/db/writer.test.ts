import assert from "node:assert/strict";
import { once } from "node:events";
import { test, type TestContext } from "node:test";
import { setTimeout } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import {
  connectDatabase,
  DatabaseError,
  openDatabase,
  startWriter,
  type Database,
  type WriterHandle,
} from "../../../dist/platform/db/index.js";
import { suspend, suspendOn, wait, type Steps } from "../../../dist/platform/sync/index.js";
import type { Job } from "../../support/db/client-thread.js";
import { newAgent, newPath, newTaskRun, put } from "../../support/db/fixture.js";

const READ_BACK = ["accepted", "waiting", "in task", "completed"];

function startThread(job: Job): Worker {
  return new Worker(new URL("../../support/db/client-thread.js", import.meta.url), {
    workerData: job,
    transferList: [job.connection.port],
  });
}

/** Does a job in a thread; returns what it posted last. */
async function inThread(job: Job): Promise<unknown> {
  const thread = startThread(job);
  let result: unknown;
  thread.on("message", (message: unknown) => (result = message));
  await once(thread, "exit");
  return result;
}

async function withWriter(t: TestContext): Promise<{ path: string; writer: WriterHandle; db: Database }> {
  const path = newPath(t);
  const writer = await startWriter(path, { create: true });
  return { path, writer, db: connectDatabase(writer.connect()) };
}

/** Makes the writer thread throw, by a message that no client sends. */
async function crash(writer: WriterHandle): Promise<void> {
  const { port, requests } = writer.connect();
  // The writer answers after it has the new port: what it cannot read then comes before later writes.
  await writer.stats();
  port.postMessage({ writes: 42, awaited: true });
  const bell = new Int32Array(requests);
  Atomics.add(bell, 0, 1);
  Atomics.notify(bell, 0);
}

test("two threads, ten workers each, never get the same unit", async (t) => {
  const { path, writer, db } = await withWriter(t);
  const { taskRunId } = newTaskRun(db, 100, 1);
  const names = (thread: number): string[] => Array.from({ length: 10 }, (_, index) => `worker ${thread}.${index}`);
  const taken = await Promise.all(
    [0, 1].map((thread) =>
      inThread({ connection: writer.connect(), kind: "reserve", taskRunId, names: names(thread) }),
    ),
  );
  const all = taken.flat() as string[];
  assert.equal(all.length, 100);
  assert.equal(new Set(all).size, 100);
  db.close();
  await writer.close();

  const after = openDatabase(path);
  assert.deepEqual(after.unitStatusCounts(taskRunId), new Map([["assigned", 100]]));
  after.close();
});

for (const kind of ["blocked", "suspended", "parked"] as const) {
  test(`a thread reads its own writes once they are answered (${kind})`, async (t) => {
    const { writer, db } = await withWriter(t);
    const { taskRunId } = newTaskRun(db, 40, 1);
    const agents = Array.from({ length: 40 }, (_, index) => newAgent(db, taskRunId, `worker ${index}`).agentId);
    const results = await Promise.all(
      [agents.slice(0, 20), agents.slice(20)].map((names) => {
        const doorbell = new SharedArrayBuffer(4);
        return inThread({
          connection: writer.connect({ doorbell: { buffer: doorbell, index: 0 } }),
          kind,
          taskRunId,
          names,
          doorbell,
        });
      }),
    );
    assert.deepEqual(
      results.flat(),
      agents.map(() => READ_BACK),
    );
    // Other threads see them too.
    assert.deepEqual(db.agentStatusCounts(taskRunId), new Map([["completed", 40]]));
    db.close();
    await writer.close();
  });
}

test("writes that arrive together are committed together, and each is answered", async (t) => {
  const { writer, db } = await withWriter(t);
  const { taskRunId } = newTaskRun(db, 50, 1);
  const { agentId } = newAgent(db, taskRunId, "ann");
  const before = await writer.stats();
  const outcomes = await Promise.allSettled(
    Array.from({ length: 50 }, (_, index) =>
      suspendOn(
        db.write("updateAgent", index % 10 === 3 ? "999" : agentId, {
          status: index % 2 === 0 ? "waiting" : "in task",
          at: index,
        }),
      ),
    ),
  );
  const after = await writer.stats();
  assert.deepEqual(
    outcomes.map(({ status }) => status === "rejected"),
    Array.from({ length: 50 }, (_, index) => index % 10 === 3),
  );
  assert.equal(after.writes - before.writes, 50);
  assert.equal(after.commits - before.commits, 1);
  assert.ok(after.largestGroup >= 50);
  assert.equal(db.getAgent(agentId)?.status, "in task");
  db.close();
  await writer.close();
});

test("writes that nothing waits for share a transaction, and are committed without a further call", async (t) => {
  const { writer, db } = await withWriter(t);
  const { taskRunId } = newTaskRun(db, 1, 1);
  const { agentId } = newAgent(db, taskRunId, "ann");
  const before = await writer.stats();
  for (let number = 0; number < 50; number++) {
    db.send("appendState", { agentType: "main", agentId, kind: "update", data: `{"number":${number}}`, at: number });
    // Each in a microtask of its own, as when the updates come one by one.
    await Promise.resolve();
  }
  const reader = connectDatabase(writer.connect());
  while (reader.stateOfAgent("main", agentId).length < 50) await setTimeout(5);
  const after = await writer.stats();
  assert.equal(after.commits - before.commits, 1);
  assert.deepEqual(
    reader.stateOfAgent("main", agentId).map(({ data }) => data),
    Array.from({ length: 50 }, (_, number) => `{"number":${number}}`),
  );
  reader.close();
  db.close();
  await writer.close();
});

test("a write that is waited for takes the writes before it along", async (t) => {
  const { writer, db } = await withWriter(t);
  const { taskRunId } = newTaskRun(db, 1, 1);
  const { agentId } = newAgent(db, taskRunId, "ann");
  const before = await writer.stats();
  db.send("appendState", { agentType: "main", agentId, kind: "update", data: "{}", at: 1 });
  put(db, "updateAgent", agentId, { status: "in task", at: 2 });
  assert.equal(db.stateOfAgent("main", agentId).length, 1);
  const after = await writer.stats();
  assert.equal(after.commits - before.commits, 1);
  db.close();
  await writer.close();
});

test("a blocked write takes the answers of suspended ones, which resume after it", async (t) => {
  const { writer, db } = await withWriter(t);
  const { taskRunId } = newTaskRun(db, 1, 1);
  const { agentId } = newAgent(db, taskRunId, "ann");
  assert.deepEqual(await inThread({ connection: writer.connect(), kind: "mixed", taskRunId, names: [agentId] }), {
    order: ["blocked until waiting", "resumed"],
    failed: "DatabaseError",
    errors: 1,
  });
  db.close();
  await writer.close();
});

test("errors keep their class, message and cause across threads", async (t) => {
  const { writer, db } = await withWriter(t);
  put(db, "newTask", { taskName: "talk", taskType: "chat" });
  assert.throws(
    () => put(db, "newTask", { taskName: "talk", taskType: "chat" }),
    (error) =>
      error instanceof DatabaseError &&
      /newTask failed: UNIQUE/.test(error.message) &&
      (error.cause as { code?: string }).code === "SQLITE_CONSTRAINT_UNIQUE",
  );
  db.close();
  await writer.close();
});

test("closing commits what was sent, and fails what comes after", async (t) => {
  const { path, writer, db } = await withWriter(t);
  newTaskRun(db, 1, 1);
  for (let index = 0; index < 1000; index++)
    db.send("findOrCreateWorker", { workerName: `worker ${index}`, providerType: "simulated" });
  const closed = connectDatabase(writer.connect());
  closed.close();
  closed.close();
  assert.throws(() => put(closed, "newTask", { taskName: "late", taskType: "chat" }), /the database is closed/);
  db.close();
  const late = connectDatabase(writer.connect());
  await writer.close();
  await writer.close();
  assert.throws(
    () => put(late, "newTask", { taskName: "late", taskType: "chat" }),
    /the database writer stopped: it was closed/,
  );
  assert.throws(() => writer.connect(), DatabaseError);
  await assert.rejects(writer.stats(), DatabaseError);
  late.close();

  const after = openDatabase(path);
  assert.equal(after.findWorker("worker 999", "simulated")?.workerId, "1000");
  after.close();
});

test("closing resumes nobody within its call; who is resumed after it finds the database closed", async (t) => {
  const { path, writer, db } = await withWriter(t);
  const order: string[] = [];
  const writing = suspend(
    (function* (): Steps<void> {
      yield* wait(db.write("newTask", { taskName: "talk", taskType: "chat" }));
      order.push("resumed");
      assert.throws(
        () => db.findTask("talk"),
        (error) => error instanceof DatabaseError && error.message === `${path}: the database is closed`,
      );
      yield* wait(db.write("newTask", { taskName: "late", taskType: "chat" }));
    })(),
  );
  db.close();
  order.push("closed");
  await assert.rejects(
    writing,
    (error) => error instanceof DatabaseError && error.message === `${path}: the database is closed`,
  );
  assert.deepEqual(order, ["closed", "resumed"]);
  await writer.close();

  const after = openDatabase(path);
  assert.notEqual(after.findTask("talk"), undefined);
  after.close();
  assert.throws(() => after.findTask("talk"), /the database is closed$/);
});

test("a crash of the writer fails every wait, blocked or suspended, and is told", async (t) => {
  const { path, writer, db } = await withWriter(t);
  const { taskRunId } = newTaskRun(db, 1, 1);
  const { agentId } = newAgent(db, taskRunId, "ann");
  const told: string[] = [];
  writer.onCrash((error) => told.push(error.message));
  const blocked = startThread({ connection: writer.connect(), kind: "until failure", taskRunId, names: [agentId] });
  await once(blocked, "message");
  const failure = once(blocked, "message");

  await crash(writer);
  const waits = Array.from({ length: 5 }, () =>
    suspendOn(db.write("updateAgent", agentId, { status: "waiting", at: 1 })),
  );
  const outcomes = await Promise.allSettled(waits);
  assert.equal(outcomes.at(-1)?.status, "rejected");
  assert.deepEqual(await failure, ["DatabaseError: the database writer stopped: writes.reduce is not a function"]);
  await assert.rejects(writer.close(), /the database writer stopped: writes.reduce is not a function/);
  assert.deepEqual(told, ["the database writer stopped: writes.reduce is not a function"]);
  writer.onCrash((error) => told.push(error.message));
  assert.equal(told.length, 2);
  assert.throws(() => put(db, "updateAgent", agentId, { status: "waiting", at: 1 }), /the database writer stopped/);
  assert.notEqual(db.getAgent(agentId), undefined, "reads go on");
  db.close();

  const after = openDatabase(path);
  assert.notEqual(after.getAgent(agentId), undefined);
  after.close();
});
