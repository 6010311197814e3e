/** The engines that drive a live run with simulated workers. */
export type { FinishedRun, RunProgress } from "./finished-run.js";
export { runThreads, type ThreadsRun } from "./threads/coordinator.js";
export { ThreadDiedError } from "./threads/launch.js";
export { noFaults, type Faults } from "./virtual/faults.js";
export { replayVirtual, type ReplayOutcome } from "./virtual/replay.js";
export { runVirtual, type VirtualRunOptions } from "./virtual/run-virtual.js";
