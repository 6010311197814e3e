/** The lists of jobs and of worker processes in Redis. What cannot be read is left out: anyone can have written it. */
import { hostname } from "node:os";
import type { Redis } from "ioredis";
import type { z } from "zod";
import { DistributedError } from "./errors.js";
import { KEYS } from "./keys.js";
import {
  jobSchema,
  MAX_JOBS,
  MAX_SPEC_BYTES,
  MESSAGES_VERSION,
  workerProcessSchema,
  type Job,
  type WorkerProcess,
} from "./messages.js";
import { parseJson } from "./parse-json.js";

/**
 * A worker process or a coordinator that was not seen for this time is lost, ms. Each writes twice a second, but for
 * the coordinator of a load run, which writes every two seconds.
 */
export const LOST_AFTER_MS = 6000;
/** The entry of a worker process that was not seen for this time is removed, ms. */
const FORGOTTEN_AFTER_MS = 600_000;

/** The jobs in Redis, oldest first. */
export async function readJobs(client: Redis): Promise<Job[]> {
  const jobs = await readHash(client, KEYS.jobs, jobSchema);
  return jobs.sort((a, b) => a.createdAt - b.createdAt).slice(0, MAX_JOBS);
}

/** The job with this id; undefined when there is none. */
export async function readJob(client: Redis, id: string): Promise<Job | undefined> {
  const text = await client.hget(KEYS.jobs, id);
  return text === null ? undefined : parsed(text, jobSchema);
}

/** The entry of a job whose coordinator is this process. */
export function jobEntry(job: Omit<Job, "messages" | "coordinator">): Job {
  return { messages: MESSAGES_VERSION, ...job, coordinator: `${hostname()}-${process.pid}` };
}

export async function writeJob(client: Redis, job: Job): Promise<void> {
  await client.hset(KEYS.jobs, job.id, JSON.stringify(job));
}

/** @throws {DistributedError} when it is too large */
export async function writeSpec(client: Redis, job: string, spec: unknown): Promise<void> {
  const text = JSON.stringify(spec);
  if (Buffer.byteLength(text) > MAX_SPEC_BYTES)
    throw new DistributedError(`the job is too large: it has more than ${MAX_SPEC_BYTES >> 20} MiB`);
  await client.set(KEYS.spec(job), text);
}

/** The specification of a job, not checked; undefined when it is missing, too large or no JSON. */
export async function readSpec(client: Redis, job: string): Promise<unknown> {
  if ((await client.strlen(KEYS.spec(job))) > MAX_SPEC_BYTES) return undefined;
  const text = await client.get(KEYS.spec(job));
  return text === null ? undefined : parseJson(text);
}

/** Removes the entry of a job, with its specification and what was not taken of its late results. */
export async function removeJob(client: Redis, job: string): Promise<void> {
  await client.multi().hdel(KEYS.jobs, job).del(KEYS.spec(job), KEYS.cancelled(job), KEYS.late(job)).exec();
}

/** Asks the coordinator of a job to end it; after `ms`, it is no longer asked. */
export async function askToCancel(client: Redis, job: string, ms: number): Promise<void> {
  await client.set(KEYS.cancelled(job), "1", "PX", ms);
}

/** Whether the coordinator of the job has not answered yet that it is to be cancelled. */
export async function isAskedToCancel(client: Redis, job: string): Promise<boolean> {
  return (await client.exists(KEYS.cancelled(job))) === 1;
}

/** Whether the job is to be cancelled. Answers who asked for it: the job ends as soon as it can. */
export async function takeCancellation(client: Redis, job: string): Promise<boolean> {
  return (await client.del(KEYS.cancelled(job))) === 1;
}

/** The worker processes in Redis, by id, at Redis' time `now`: without those that were not seen lately. */
export async function readWorkerProcesses(client: Redis, now: number): Promise<WorkerProcess[]> {
  const all = await readHash(client, KEYS.workers, workerProcessSchema);
  const forgotten = all.filter(({ seenAt }) => now - seenAt > FORGOTTEN_AFTER_MS);
  if (forgotten.length > 0) await client.hdel(KEYS.workers, ...forgotten.map(({ id }) => id));
  return all.filter(({ seenAt }) => now - seenAt <= LOST_AFTER_MS).sort((a, b) => (a.id < b.id ? -1 : 1));
}

export async function writeWorkerProcess(client: Redis, worker: WorkerProcess): Promise<void> {
  await client.hset(KEYS.workers, worker.id, JSON.stringify(worker));
}

export async function removeWorkerProcess(client: Redis, id: string): Promise<void> {
  await client.hdel(KEYS.workers, id);
}

async function readHash<Entry extends { id: string }>(
  client: Redis,
  key: string,
  schema: z.ZodType<Entry>,
): Promise<Entry[]> {
  const fields = Object.entries(await client.hgetall(key));
  return fields.flatMap(([id, text]) => {
    const entry = parsed(text, schema);
    return entry?.id === id ? [entry] : [];
  });
}

function parsed<Data>(text: string, schema: z.ZodType<Data>): Data | undefined {
  return schema.safeParse(parseJson(text)).data;
}
