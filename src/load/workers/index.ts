/** Simulated workers and their connections. */
export { LocalQueue } from "./local-queue.js";
export { Router } from "./router.js";
export { simulateWorker, workerIndexOf, workerIndexOfRegistration, workerNameOf } from "./simulated-worker.js";
export type { ClientThreadContext, WorkerContext } from "./worker-context.js";
export type { ClientConnection, WorkerRouter } from "./worker-router.js";
