/** What a simulated worker and a live update cost in a whole run, without the start of the process. */
import { assert } from "../vocabulary/index.js";

/** CPU time of a whole run, and what the run did with it. */
export interface RunCost {
  readonly cpuMs: number;
  /** Simulated workers that arrived. */
  readonly workers: number;
  /** Live updates that the task's code took. */
  readonly updates: number;
}

/** CPU time, µs. */
export interface UnitCost {
  readonly workerUs: number;
  readonly updateUs: number;
}

const US_PER_MS = 1000;

/**
 * The cost of each worker and each update that `many` has more than `few`, a run of the same code and duration. What
 * both have alike is not in it: start-up, the compilation of code, the report, threads that wait. 0 when `many` cost
 * less, which only noise can cause.
 *
 * @example
 * ```ts
 * const few = { cpuMs: 3000, workers: 100, updates: 1000 };
 * const many = { cpuMs: 8000, workers: 2600, updates: 26_000 };
 * differenceOf(few, many); // { workerUs: 2000, updateUs: 200 }
 * ```
 */
export function differenceOf(few: RunCost, many: RunCost): UnitCost {
  assert(many.workers > few.workers && many.updates > few.updates, "the run of many workers has more of everything");
  const us = Math.max(0, many.cpuMs - few.cpuMs) * US_PER_MS;
  return { workerUs: us / (many.workers - few.workers), updateUs: us / (many.updates - few.updates) };
}

/** The cost of each worker and update of a run when all of its CPU time is theirs, as for its floor. */
export function averageOf({ cpuMs, workers, updates }: RunCost): UnitCost {
  return { workerUs: (cpuMs * US_PER_MS) / workers, updateUs: (cpuMs * US_PER_MS) / updates };
}
