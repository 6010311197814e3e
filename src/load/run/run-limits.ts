/** Limits of a run, for both engines. */
import { availableParallelism } from "node:os";

/** The most threads for simulated workers and for tasks together. */
export const MAX_RUN_THREADS = 24;

/** How long live agents have to end by themselves after an interrupt or an abort, ms. */
export const GRACEFUL_STOP_MS = 500;

/** How long a stopped part of a run may take to hand over its report, ms; on real threads: without a message. */
export const REPORT_TIMEOUT_MS = 15_000;

/** The default number of threads for simulated workers and for tasks together: one for each core. */
export function defaultThreads(): number {
  return Math.min(MAX_RUN_THREADS, Math.max(2, availableParallelism()));
}
