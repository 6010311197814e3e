/** Databases with something in them, in directories that the test cleans up. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Database, WriteArgs, WriteName, WriteResult } from "../../../dist/platform/db/index.js";

/** A path for a database in a new directory, which goes with the test. */
export function newPath(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "crowdstorm-db-"));
  t.after(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return join(directory, "run.db");
}

/** Writes and waits, blocked. */
export function put<K extends WriteName>(db: Database, name: K, ...args: WriteArgs<K>): WriteResult<K> {
  return db.write(name, ...args).block();
}

/** A task run with `assignments` assignments of `unitsEach` launched units; ids start at 1. */
export function newTaskRun(
  db: Database,
  assignments: number,
  unitsEach: number,
): { taskRunId: string; assignmentIds: string[] } {
  const { taskId } = put(db, "newTask", { taskName: "talk", taskType: "chat" });
  const { taskRunId } = put(db, "newTaskRun", { taskId, providerType: "simulated", runDir: "/runs/1" });
  const assignmentIds = put(db, "newAssignments", { taskRunId, assignments, unitsEach, status: "launched" });
  return { taskRunId, assignmentIds };
}

/** An agent on a newly reserved unit, of a new worker of that name. */
export function newAgent(
  db: Database,
  taskRunId: string,
  workerName: string,
): { agentId: string; unitId: string; workerId: string } {
  const { workerId } = put(db, "findOrCreateWorker", { workerName, providerType: "simulated" });
  const unit = put(db, "reserveUnit", taskRunId, workerId);
  if (unit === null) throw new Error("no unit is free");
  const { unitId } = unit;
  const { agentId } = put(db, "newAgent", { workerId, unitId, providerType: "simulated", at: 0 });
  return { agentId, unitId, workerId };
}
