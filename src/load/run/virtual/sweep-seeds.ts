/** Many seeds of one scenario under simulated time, on several threads. */
import { requireNativeModule } from "../../../platform/db/index.js";
import { at, InOrder } from "../../../vocabulary/index.js";
import { hasFailed, type RunRequest, type RunResult } from "./run-in-memory.js";
import { createSweepPool } from "./sweep-pool.js";

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
  /** Called with the result of each seed, in the order of the seeds. */
  readonly onResult: (result: RunResult) => void;
}

/** Runs the seeds. Throws when a thread dies. */
export async function sweepSeeds(options: SweepOptions): Promise<void> {
  const { request, planOptions, seeds, threads, stopOnFailure, interrupt, onResult } = options;
  requireNativeModule();
  const pool = createSweepPool(threads);
  const order = new InOrder<{ first: number; last: number; result: RunResult }>(seeds.first, ({ result }) =>
    onResult(result),
  );
  let next = seeds.first;
  let stopped = false;
  /** Runs one seed after the other. There is one lane for each thread, so that no task is queued. */
  const lane = async (): Promise<void> => {
    while (next <= seeds.last && !stopped && !interrupt.aborted) {
      const seed = next++;
      const block = await pool.run({ request, planOptions, first: seed, last: seed });
      const result = at(block.result, 0);
      if (stopOnFailure && hasFailed(result)) stopped = true;
      order.add({ first: seed, last: seed, result });
    }
  };
  try {
    await Promise.race([Promise.all(Array.from({ length: threads }, lane)), pool.failed]);
  } finally {
    await pool.destroy();
  }
}
