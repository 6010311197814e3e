/** Lists and cancels the jobs in Redis, from any process. */
import { setTimeout as delay } from "node:timers/promises";
import type { RedisServer } from "./connect-redis.js";
import { LOST_AFTER_MS, readJob, readJobs, readWorkerProcesses, removeJob } from "./job-registry.js";
import { KEYS } from "./keys.js";
import type { Job, WorkerProcess } from "./messages.js";
import { measureClock, redisNow } from "./redis-clock.js";
import { removeQueues } from "./remove-queues.js";

export interface ListedJob extends Job {
  /** Whether its coordinator was not seen lately: it was killed, or does not reach Redis. */
  readonly isLost: boolean;
}

export interface ListedJobs {
  readonly jobs: readonly ListedJob[];
  readonly workers: readonly WorkerProcess[];
  /** Redis' time, in ms since 1970. */
  readonly now: number;
}

/** The time in which a coordinator ends when its job is cancelled, ms. */
const ANSWER_MS = 10_000;
const LOOK_MS = 100;

export async function listJobs({ client }: RedisServer): Promise<ListedJobs> {
  const now = redisNow(await measureClock(client));
  const jobs = (await readJobs(client)).map((job) => ({
    ...job,
    isLost: job.state === "running" && now - job.seenAt > LOST_AFTER_MS,
  }));
  return { jobs, workers: await readWorkerProcesses(client, now), now };
}

/**
 * Cancels a job: asks its coordinator to end, and waits for it; without a coordinator, removes what
 * is in Redis. Returns what was done: `refused` when the coordinator does not answer.
 */
export async function cancelJob(server: RedisServer, job: ListedJob): Promise<"removed" | "asked" | "refused"> {
  const { client } = server;
  if (job.state === "stopped" || job.isLost) {
    await removeQueues(server, job.id);
    await removeJob(client, job.id);
    return "removed";
  }
  await client.set(KEYS.cancelled(job.id), "1", "PX", ANSWER_MS);
  for (let left = ANSWER_MS; left > 0; left -= LOOK_MS) {
    if ((await readJob(client, job.id)) === undefined) return "asked";
    await delay(LOOK_MS);
  }
  return "refused";
}
