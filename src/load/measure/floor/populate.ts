/** Agents in a new database, for the measurements that write to them. */
import type { Database } from "../../../platform/db/index.js";

/** Agents that are made before the next are requested; limits the writer's queue. */
const BATCH = 1000;

/**
 * Makes the agents in a new database. Its ids count from 1, so nothing has to wait for the ids of what it refers to.
 */
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
