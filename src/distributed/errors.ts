/** The errors of work on several machines. Their messages are one line and have no password. */

/** The value of `--redis` is not the URL of a Redis server. */
export class RedisUrlError extends Error {
  override readonly name = "RedisUrlError";
}

/** Redis, or what it holds, does not allow the work. */
export class DistributedError extends Error {
  override readonly name = "DistributedError";
}

/** A worker process refuses a job. The message is the reason, as a clause: `it needs Node 22, this is Node 20`. */
export class RefusedJobError extends Error {
  override readonly name = "RefusedJobError";
}
