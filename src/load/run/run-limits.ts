/** What bounds a run, whichever engine carries it out. */
import { availableParallelism } from "node:os";

/** Threads for simulated workers and for tasks that a run can have, together. */
export const MAX_RUN_THREADS = 24;

/** How long live agents have to end by themselves once the run was interrupted or aborted, ms. */
export const GRACEFUL_STOP_MS = 500;

/** How long a part of a run may take to hand over its report once it was told to stop, ms; on real threads: without a sign of life. */
export const REPORT_TIMEOUT_MS = 15_000;

/** How many threads a run has for simulated workers and for tasks when nothing is said: one a core. */
export function defaultThreads(): number {
  return Math.min(MAX_RUN_THREADS, Math.max(2, availableParallelism()));
}
