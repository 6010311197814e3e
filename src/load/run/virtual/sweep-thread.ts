/** The entry of a sweep's worker threads (a Piscina task): one run, or a block of them. */
import { runInMemory, type RunRequest, type RunResult } from "./run-in-memory.js";

/** Many seeds of one scenario. */
export interface SeedBlock {
  readonly request: Omit<RunRequest, "planOptions">;
  /** The plan's options beside the seed. */
  readonly planOptions: Omit<RunRequest["planOptions"], "seed">;
  /** The first and the last seed. */
  readonly first: number;
  readonly last: number;
}

export default function run(request: RunRequest): RunResult {
  return runInMemory(request);
}

/** The results of the seeds of a block, in their order. */
export function runBlock({ request, planOptions, first, last }: SeedBlock): RunResult[] {
  const results: RunResult[] = [];
  for (let seed = first; seed <= last; seed++)
    results.push(runInMemory({ ...request, planOptions: { ...planOptions, seed } }));
  return results;
}
