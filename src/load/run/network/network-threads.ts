/** Which threads a run over a network has. In client mode all carry workers, with a connection each. */
import type { NetworkNotesReport } from "../../network/index.js";
import type { FromThread, ThreadReport } from "../threads/setup.js";
import type { LaunchedThread, ThreadPool } from "../threads/thread-pool.js";
import type { BackendEvidence } from "./listen-setup.js";
import type { PlanShard } from "../machines/plan-shards.js";
import type { NetworkRunSetup } from "./network-setup.js";

export interface LaunchedNetwork {
  readonly clients: readonly LaunchedThread<ThreadReport<NetworkNotesReport>>[];
  /** The thread of the router, with `--listen`. */
  readonly router?: LaunchedThread<ThreadReport<BackendEvidence>>;
}

export interface NetworkThreads {
  readonly count: number;
  /** Starts the threads; resolves once all of them wait for the start. */
  launch(pool: ThreadPool, run: Omit<NetworkRunSetup, "shards">): Promise<LaunchedNetwork>;
  /** Where the target is, if that is known only once the threads have started. */
  readonly url?: string;
  /** A message of a thread that is none of every thread. */
  onMessage?(message: FromThread): void;
}

const ENTRY = new URL("./network-thread.js", import.meta.url);

/** All threads of the run carry workers. */
export function clientThreads(count: number): NetworkThreads {
  return shardThreads({ first: 0, threads: count, of: count });
}

/** The threads carry the workers of a shard of the plan. */
export function shardThreads({ first, threads, of }: PlanShard): NetworkThreads {
  return {
    count: threads,
    launch: async (pool, run) => ({
      clients: await Promise.all(
        Array.from({ length: threads }, (_, nth) =>
          pool.launch<ThreadReport<NetworkNotesReport>>({
            name: `client-${nth}`,
            entry: ENTRY,
            setup: { run: { ...run, shards: of }, shard: first + nth },
            startOrder: (_hello, originMs) => ({ message: { kind: "start", originMs }, transfer: [] }),
          }),
        ),
      ),
    }),
  };
}
