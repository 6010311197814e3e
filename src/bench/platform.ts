/** A database in a directory of its own with agents in it, for a benchmark; gone when the benchmark is over. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectDatabase, startWriter, type Database, type WriterHandle } from "../db/index.js";

/** Calls `use` with an empty directory, and removes it. */
export async function inDirectory<T>(use: (directory: string) => Promise<T> | T): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), "crowdstorm-bench-"));
  try {
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Calls `use` with the writer of a database that has agents 1 to `agents`, all `in task`, each of a worker of its own. */
export function onPlatform<T>(agents: number, use: (writer: WriterHandle) => Promise<T>): Promise<T> {
  return inDirectory(async (directory) => {
    const writer = await startWriter(join(directory, "run.db"), { create: true });
    try {
      const db = connectDatabase(writer.connect());
      populate(db, agents);
      db.close();
      return await use(writer);
    } finally {
      await writer.close();
    }
  });
}

/** Agents made before the next are asked for; bounds what lies in the writer's queue. */
const BATCH = 1000;

/** Makes the agents in a new database. Its ids count from 1, so nothing has to wait for the ids of what it refers to. */
export function populate(db: Database, agents: number): void {
  const { taskId } = db.write("newTask", { taskName: "bench", taskType: "chat" }).block();
  const { taskRunId } = db.write("newTaskRun", { taskId, providerType: "simulated", runDir: "/" }).block();
  db.write("newAssignments", { taskRunId, assignments: agents, unitsEach: 1, status: "launched" }).block();
  for (let n = 1; n <= agents; n++) {
    const id = String(n);
    db.send("findOrCreateWorker", { workerName: id, providerType: "simulated" });
    db.send("newAgent", { workerId: id, unitId: id, providerType: "simulated", at: 0 });
    const last = db.write("updateAgent", id, { status: "in task", at: 0 });
    if (n % BATCH === 0) last.block();
  }
}
