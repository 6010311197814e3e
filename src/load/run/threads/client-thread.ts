/** The entry of a client thread (a Piscina task). */
import { assert } from "../../../vocabulary/index.js";
import type { ClientEvidence } from "../../check/index.js";
import { ClientRole } from "../roles/clients.js";
import { runThread } from "./run-thread.js";
import type { ThreadReport, ThreadSetup } from "./setup.js";

export default function run(setup: ThreadSetup): Promise<ThreadReport<ClientEvidence[]>> {
  const { role } = setup;
  assert(role.kind === "client", "a client thread has a client's role");
  return runThread(setup, (thread) => new ClientRole(thread, role.shard));
}
