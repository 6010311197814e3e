/** Simulated workers and their connections. */
export { createRouter } from "./router.js";
export { simulateWorker, workerNameOf } from "./simulated-worker.js";
export type { WorkerContext } from "./worker-context.js";
