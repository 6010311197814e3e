/** Lists and cancels the jobs in Redis, from any process. */
import { setTimeout as delay } from "node:timers/promises";
import type { RedisServer } from "./connect-redis.js";
import {
  askToCancel,
  isAskedToCancel,
  LOST_AFTER_MS,
  readJob,
  readJobs,
  readWorkerProcesses,
  removeJob,
  takeCancellation,
} from "./job-registry.js";
import type { Job, WorkerProcess } from "./messages.js";
import { measureClock, redisNow } from "./redis-clock.js";
import { removeQueues } from "./queues.js";

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

/** The time in which a coordinator answers when its job is cancelled, ms. */
const ANSWER_MS = 10_000;
const POLL_MS = 100;

export async function listJobs({ client }: RedisServer): Promise<ListedJobs> {
  const now = redisNow(await measureClock(client));
  const jobs = (await readJobs(client)).map((job) => ({
    ...job,
    isLost: job.state === "running" && now - job.seenAt > LOST_AFTER_MS,
  }));
  return { jobs, workers: await readWorkerProcesses(client, now), now };
}

/**
 * Cancels a job: asks its coordinator to end, and waits for its answer; without a coordinator, removes what
 * is in Redis. Returns what was done: `refused` when the coordinator does not answer.
 */
export async function cancelJob(server: RedisServer, job: ListedJob): Promise<"removed" | "asked" | "refused"> {
  const { client } = server;
  if (job.state === "stopped" || job.isLost) {
    await removeQueues(server, job.id);
    await removeJob(client, job.id);
    return "removed";
  }
  // The question does not expire before the last poll: its end is the answer.
  await askToCancel(client, job.id, 2 * ANSWER_MS);
  let isAnswered = false;
  for (let left = ANSWER_MS; left > 0 && !isAnswered; left -= POLL_MS) {
    isAnswered = !(await isAskedToCancel(client, job.id)) || (await readJob(client, job.id)) === undefined;
    if (!isAnswered) await delay(POLL_MS);
  }
  const isUnanswered = await takeCancellation(client, job.id);
  return isUnanswered && !isAnswered ? "refused" : "asked";
}
