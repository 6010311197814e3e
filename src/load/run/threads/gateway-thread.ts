/** The entry of the gateway's thread (a Piscina task). */
import type { ClientEvidence } from "../../check/index.js";
import { GatewayRole } from "../roles/gateway.js";
import { runThread } from "./run-thread.js";
import type { ThreadReport, ThreadSetup } from "./setup.js";

export default function run(setup: ThreadSetup): Promise<ThreadReport<ClientEvidence[]>> {
  return runThread(setup, (thread) => new GatewayRole(thread), "event loop");
}
