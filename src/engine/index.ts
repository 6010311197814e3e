/** The engines that drive a live run with simulated workers. */
export { runThreads, type FinishedRun, type ThreadsRun } from "./threads/coordinator.js";
export { ThreadDiedError } from "./threads/launch.js";
