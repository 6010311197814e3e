/** The entry of a sweep's worker threads (a Piscina task): one run. */
import { runInMemory, type RunRequest, type RunResult } from "./run-in-memory.js";

export default function run(request: RunRequest): RunResult {
  return runInMemory(request);
}
