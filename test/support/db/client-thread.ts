/** A worker thread with a connection to the writer, which does one of the jobs below and posts what came of it. */
import { parentPort, workerData } from "node:worker_threads";
import { connectDatabase, type DatabaseConnection, type DatabaseError } from "../../../dist/platform/db/index.js";
import { atomics, block, spawn, suspend, wait, type Steps } from "../../../dist/platform/sync/index.js";
import { put } from "./fixture.js";

export interface Job {
  connection: DatabaseConnection;
  kind: "reserve" | "blocked" | "suspended" | "parked" | "until failure" | "mixed";
  taskRunId: string;
  /** Names of the workers, or ids of the agents, that the job is about. */
  names: string[];
  doorbell?: SharedArrayBuffer;
}

const job = workerData as Job;
const errors: string[] = [];
const db = connectDatabase(job.connection, { onError: (error: DatabaseError) => errors.push(error.message) });

/** Takes units until there is none. */
function* reserveAll(workerName: string): Steps<string[]> {
  const { workerId } = yield* wait(db.write("findOrCreateWorker", { workerName, providerType: "simulated" }));
  const mine: string[] = [];
  for (;;) {
    const unit = yield* wait(db.write("reserveUnit", job.taskRunId, workerId));
    if (unit === null) return mine;
    mine.push(unit.unitId);
  }
}

/** Sets statuses and reads each back at once; returns what it read. */
function* readBack(agentId: string): Steps<string[]> {
  const seen: string[] = [];
  for (const status of ["accepted", "waiting", "in task", "completed"] as const) {
    yield* wait(db.write("updateAgent", agentId, { status, at: 1 }));
    seen.push(db.getAgent(agentId)?.status ?? "no row");
  }
  return seen;
}

async function work(): Promise<unknown> {
  switch (job.kind) {
    case "reserve":
      return (await Promise.all(job.names.map((name) => suspend(reserveAll(name))))).flat();
    case "blocked":
      return job.names.map((agentId) => block(readBack(agentId)));
    case "suspended":
      return Promise.all(job.names.map((agentId) => suspend(readBack(agentId))));
    case "parked":
      return parked(job.names, new Int32Array(job.doorbell ?? new SharedArrayBuffer(4)));
    case "until failure":
      return untilFailure();
    case "mixed":
      return mixed();
  }
}

/** Runs every coroutine without ever returning to the event loop. */
function parked(agentIds: readonly string[], doorbell: Int32Array): string[][] {
  const results: string[][] = [];
  const failures: unknown[] = [];
  for (const agentId of agentIds)
    spawn(
      readBack(agentId),
      (seen) => results.push(seen),
      (error) => failures.push(error),
    );
  while (results.length + failures.length < agentIds.length) {
    const seen = atomics.load(doorbell, 0);
    if (!db.poll()) atomics.wait(doorbell, 0, seen);
  }
  if (failures.length > 0) throw failures[0];
  return results;
}

/** Writes, blocked, until that fails; says so first. */
function untilFailure(): string {
  parentPort?.postMessage("writing");
  try {
    for (;;) put(db, "updateAgent", job.names[0] ?? "", { status: "waiting", at: 1 });
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}

/**
 * A coroutine waits while its thread blocks in another write; one write of the three fails, as does one that nobody
 * waits for.
 */
async function mixed(): Promise<unknown> {
  const order: string[] = [];
  const agentId = job.names[0] ?? "";
  const suspended = suspend(
    (function* (): Steps<void> {
      yield* wait(db.write("updateAgent", agentId, { status: "accepted", at: 1 }));
      order.push("resumed");
    })(),
  );
  const failed = suspend(wait(db.write("updateAgent", "999", { status: "accepted", at: 1 }))).catch((error: unknown) =>
    error instanceof Error ? error.name : "",
  );
  db.send("updateAgent", "998", { status: "accepted", at: 1 });
  put(db, "updateAgent", agentId, { status: "waiting", at: 2 });
  order.push(`blocked until ${db.getAgent(agentId)?.status ?? ""}`);
  await suspended;
  return { order, failed: await failed, errors: errors.length };
}

const result = await work();
db.close();
parentPort?.postMessage(result);
