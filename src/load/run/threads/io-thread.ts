/** The entry of the loop thread (a Piscina task). */
import { IoRole, type IoEvidence } from "../roles/io.js";
import { runThread } from "./run-thread.js";
import type { ThreadReport, ThreadSetup } from "./setup.js";

export default function run(setup: ThreadSetup): Promise<ThreadReport<IoEvidence>> {
  return runThread(setup, (thread) => new IoRole(thread));
}
