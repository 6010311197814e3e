/** Many seeds of one scenario under simulated time, over all cores. */
import { createPool } from "../pool.js";
import type { RunRequest, RunResult } from "./run-in-memory.js";

export interface SweepOptions {
  readonly request: Omit<RunRequest, "planOptions">;
  /** The plan's options beside the seed. */
  readonly planOptions: Omit<RunRequest["planOptions"], "seed">;
  /** From the first to the last, both included. */
  readonly seeds: { readonly first: number; readonly last: number };
  readonly threads: number;
  /** Starts no further seed after the first that failed. */
  readonly stopOnFailure: boolean;
  /** Starts no further seed when it aborts. */
  readonly interrupt: AbortSignal;
  /** Told of each seed as it ends; the order is not that of the seeds. */
  readonly onResult: (result: RunResult) => void;
}

/**
 * Room for young objects on each thread, MiB: twice what there is otherwise. Nearly all that a run makes is soon of no use, and the more
 * there is room for, the less of it is still in use when the room is full and has to be copied.
 */
const YOUNG_MIB = 96;

/** Runs the seeds. Throws when a thread dies. */
export async function sweepSeeds(options: SweepOptions): Promise<void> {
  const { request, planOptions, seeds, threads, stopOnFailure, interrupt, onResult } = options;
  const { pool, failed } = createPool({
    filename: new URL("./sweep-thread.js", import.meta.url).href,
    minThreads: threads,
    maxThreads: threads,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
  });
  let next = seeds.first;
  let stopped = false;
  /** Takes one seed after the other; as many of these go on as there are threads, so that nothing is queued. */
  const lane = async (): Promise<void> => {
    while (next <= seeds.last && !stopped && !interrupt.aborted) {
      const seed = next++;
      const result = (await pool.run({
        ...request,
        planOptions: { ...planOptions, seed },
      } satisfies RunRequest)) as RunResult;
      if (result.failures.length > 0 && stopOnFailure) stopped = true;
      onResult(result);
    }
  };
  try {
    await Promise.race([Promise.all(Array.from({ length: threads }, lane)), failed]);
  } finally {
    await pool.destroy();
  }
}
