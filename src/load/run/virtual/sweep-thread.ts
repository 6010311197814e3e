/** The entry of a sweep's worker threads (a Piscina task): a block of runs. */
import { threadTimes, timesSince } from "../../../vocabulary/index.js";
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

/** The results of a block. */
export interface SeedResults {
  /** In the order of the seeds. */
  readonly result: RunResult[];
  /** The time that the thread was on a core, ms; null when it is not known. */
  readonly cpuMs: number | null;
}

/** Runs the seeds of a block one after the other. */
export default function runBlock({ request, planOptions, first, last }: SeedBlock): SeedResults {
  const before = threadTimes();
  const result: RunResult[] = [];
  for (let seed = first; seed <= last; seed++)
    result.push(runInMemory({ ...request, planOptions: { ...planOptions, seed } }));
  return { result, cpuMs: timesSince(before)?.cpuMs ?? null };
}
