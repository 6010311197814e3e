/** Piscina pools whose threads can fail without ending the process. */
import { inspect } from "node:util";
import type { ResourceLimits, Transferable } from "node:worker_threads";
import { Piscina } from "piscina";
import { ThreadDiedError } from "./thread-died-error.js";

/** What is used of a Piscina, whose own types are kept out of those of the package: not every user can compile them. */
export interface PiscinaPool {
  run(
    task: unknown,
    options?: {
      readonly filename?: string;
      readonly transferList?: Transferable[];
      readonly signal?: AbortSignal;
    },
  ): Promise<unknown>;
  destroy(): Promise<void>;
}

export interface PoolOptions {
  /** The module of the tasks that name none. */
  readonly filename?: string;
  readonly minThreads: number;
  readonly maxThreads: number;
  readonly atomics?: "disabled";
  readonly resourceLimits?: ResourceLimits;
  /** Options of Node.js for the threads. */
  readonly execArgv?: string[];
}

export interface Pool {
  readonly pool: PiscinaPool;
  /**
   * Rejects with a {@link ThreadDiedError} when a thread fails before it has a task: a task could then wait forever.
   */
  readonly failed: Promise<never>;
}

export function createPool(options: PoolOptions): Pool {
  const pool = new Piscina(options);
  const failed = new Promise<never>((_, reject) => {
    pool.on("error", (error: unknown) => {
      reject(new ThreadDiedError(`a worker thread could not be started: ${reasonOf(error)}`, { cause: error }));
    });
  });
  failed.catch(() => undefined);
  return { pool, failed };
}

/** Why a thread failed, one line. The error of a thread that could not load its code is an object, but not an Error. */
export function reasonOf(error: unknown): string {
  if (typeof error === "object" && error !== null && "message" in error && typeof error.message === "string")
    // Further lines say which module imports a missing one.
    return error.message.replace(/\n.*/s, "");
  return typeof error === "string" ? error : inspect(error, { breakLength: Infinity, compact: true });
}
