/** `--redis`: the server that machines work together over. */
import type * as Room from "../../distributed/index.js";
import { commandLine } from "../../vocabulary/index.js";
import { UsageError } from "./usage-error.js";

export { redisOption } from "./shared-options.js";

export const resumeOption = {
  type: "string",
  requiresArg: true,
  describe: "Continue what was stopped: the id of a job over --redis, or the progress.json of an exploration",
} as const;

/** The room of work on several machines, which is loaded only with `--redis`. */
export type Distributed = typeof Room;

/** Parses the value of `--redis`. @throws {UsageError} */
export function redisAddressFrom(text: string | undefined, { parseRedisUrl, RedisUrlError }: Distributed) {
  if (text === undefined) throw new UsageError("--redis is missing: expected the URL of a Redis server");
  try {
    return parseRedisUrl(text, process.env);
  } catch (error) {
    throw error instanceof RedisUrlError ? new UsageError(error.message, { cause: error }) : error;
  }
}

/** With `--redis`, the worker processes have the threads. @throws {UsageError} for a value of `--threads` */
export function refuseThreads(threads: string | undefined): void {
  if (threads !== undefined)
    throw new UsageError(`--threads cannot be combined with --redis: expected it with ${commandLine("worker")}`);
}
