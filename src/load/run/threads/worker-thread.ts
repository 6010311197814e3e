/** The entry of every worker thread of a run (a Piscina task): runs the role that its setup names. */
import type { ClientEvidence } from "../../check/index.js";
import { clientRole } from "../roles/clients.js";
import { gatewayRole } from "../roles/gateway.js";
import { ioRole, type IoEvidence } from "../roles/io.js";
import type { ThreadReport, ThreadSetup } from "./setup.js";
import { taskRole, type TaskThreadEvidence } from "../roles/tasks.js";
import { runThread } from "./run-thread.js";

type AnyReport = ThreadReport<ClientEvidence[]> | ThreadReport<IoEvidence> | ThreadReport<TaskThreadEvidence>;

export default function run(setup: ThreadSetup): Promise<AnyReport> {
  const { role } = setup;
  switch (role.kind) {
    case "client":
      return runThread(setup, (thread) => clientRole(thread, role.shard));
    case "io":
      return runThread(setup, ioRole);
    case "gateway":
      return runThread(setup, gatewayRole, "event loop");
    case "task":
      return runThread(setup, (thread) => taskRole(thread, role.shard));
  }
}
