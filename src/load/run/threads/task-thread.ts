/** The entry of a task thread (a Piscina task). */
import { assert } from "../../../vocabulary/index.js";
import { taskRole, type TaskThreadEvidence } from "../roles/tasks.js";
import { runThread } from "./run-thread.js";
import type { ThreadReport, ThreadSetup } from "./setup.js";

export default function run(setup: ThreadSetup): Promise<ThreadReport<TaskThreadEvidence>> {
  const { role } = setup;
  assert(role.kind === "task", "a task thread has a task's role");
  return runThread(setup, (thread) => taskRole(thread, role.shard));
}
