/** Piscina pools whose threads can fail without ending the process. */
import { inspect } from "node:util";
import { Piscina } from "piscina";
import { ThreadDiedError } from "./thread-died-error.js";

export interface Pool {
  readonly pool: Piscina;
  /**
   * Rejects with a {@link ThreadDiedError} when a thread fails before it has a task: a task could then wait forever.
   */
  readonly failed: Promise<never>;
}

export function createPool(options: ConstructorParameters<typeof Piscina>[0]): Pool {
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
