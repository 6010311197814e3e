/** Piscina pools whose threads can fail without ending the process. */
import { inspect } from "node:util";
import { Piscina } from "piscina";
import { ThreadDiedError } from "./thread-died-error.js";

export interface Pool {
  readonly pool: Piscina;
  /** Rejects with a {@link ThreadDiedError} when a thread fails that has no task yet: a task may then wait for a thread without end. */
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

/** Why a thread failed, one line. An error of a thread that could not load its code arrives as an object that is no Error. */
export function reasonOf(error: unknown): string {
  if (typeof error === "object" && error !== null && "message" in error && typeof error.message === "string")
    // A module that cannot be found says in further lines who asked for it.
    return error.message.replace(/\n.*/s, "");
  return typeof error === "string" ? error : inspect(error, { breakLength: Infinity, compact: true });
}
