/** The worker threads of a sweep. */
import { createPool } from "../pool.js";
import type { RunRequest, RunResult } from "./run-in-memory.js";
import type { SeedBlock, SeedResults } from "./sweep-thread.js";

/**
 * The size of the young generation of each thread, MiB: twice the default. Nearly all objects of a run die young, and
 * the larger the young generation, the fewer survive until it is full and have to be copied.
 */
const YOUNG_MIB = 96;

export interface SweepPool {
  run(request: RunRequest): Promise<RunResult>;
  /** Runs the seeds of a block one after the other. Rejects when `signal` aborts: its thread is ended. */
  runBlock(block: SeedBlock, signal: AbortSignal): Promise<SeedResults>;
  /** Rejects when a thread fails before it has a task. */
  readonly failed: Promise<never>;
  destroy(): Promise<void>;
}

/** Starts the threads. */
export function createSweepPool(threads: number): SweepPool {
  const { pool, failed } = createPool({
    filename: new URL("./sweep-thread.js", import.meta.url).href,
    minThreads: threads,
    maxThreads: threads,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
  });
  return {
    run: (request) => pool.run(request) as Promise<RunResult>,
    runBlock: (block, signal) => pool.run(block, { name: "runBlock", signal }) as Promise<SeedResults>,
    failed,
    destroy: () => pool.destroy(),
  };
}
