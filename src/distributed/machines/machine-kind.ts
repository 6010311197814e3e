/**
 * Jobs of the kind `load`: the load of one run, from several worker processes. A block is a machine's part of it; a
 * worker process that was chosen takes one, and holds it until the run has ended. What it does is reported over a
 * channel of its own, not by the block.
 */
import { z } from "zod";
import { runShard } from "../../load/run/index.js";
import { messageOf } from "../../vocabulary/index.js";
import type { RedisServer } from "../connect-redis.js";
import { RefusedJobError } from "../errors.js";
import type { JobHost, JobKind } from "../job-kind.js";
import { LOST_AFTER_MS, readJob, removeJob } from "../job-registry.js";
import { idSchema, type Job } from "../messages.js";
import { moduleFor } from "../modules.js";
import { measureClock, redisNow } from "../redis-clock.js";
import { removeQueues } from "../queues.js";
import { channelToCoordinator, clockOfRedis } from "./machine-channels.js";

/** The most machines of a run. */
export const MAX_MACHINES = 1000;

const specSchema = z.strictObject({
  /** The worker processes that were chosen. */
  machines: z.array(idSchema).min(1).max(MAX_MACHINES),
});
export type LoadSpec = z.infer<typeof specSchema>;

const blockSchema = z.strictObject({});
const resultSchema = z.strictObject({ how: z.string(), why: z.string().optional() });

export const loadKind: JobKind<LoadSpec, z.infer<typeof blockSchema>, z.infer<typeof resultSchema>> = {
  spec: specSchema,
  block: blockSchema,
  result: resultSchema,
  blocksAtOnce: () => 1,
  async accept({ machines }, job, host) {
    if (!machines.includes(host.worker)) throw new RefusedJobError("other worker processes were chosen for it");
    await requireModule(job, host);
    const { client } = host.server;
    const ended = new AbortController();
    let hasTakenPart = false;
    return {
      async run(_block, signal) {
        // BullMQ gives the block of a lost machine to another one, which has its own part, and that of a slow one to
        // one that has refused.
        if (hasTakenPart) return { result: { how: "aborted" }, cpuMs: null };
        hasTakenPart = true;
        const end = await runShard({
          channel: channelToCoordinator(client, job.id, host.worker),
          clock: clockOfRedis(client),
          allowRemote: host.allowRemote,
          token: host.token,
          interrupt: AbortSignal.any([signal, ended.signal]),
        });
        if (end.how === "aborted") await removeOrphan(host.server, job.id);
        host.log(`job ${job.id}: ${end.how}${end.why === undefined ? "" : `: ${end.why}`}`);
        return { result: end, cpuMs: null };
      },
      close() {
        ended.abort();
        return Promise.resolve();
      },
    };
  },
};

/**
 * The module is not imported: the job has its values. But what it was computed from is known here.
 * @throws {RefusedJobError} The coordinator, which waits for this machine, was sent the reason.
 */
async function requireModule(job: Job, host: JobHost): Promise<void> {
  try {
    moduleFor(job, host);
  } catch (error) {
    const channel = channelToCoordinator(host.server.client, job.id, host.worker);
    channel.send({ kind: "refused", why: messageOf(error) });
    await channel.close();
    throw error;
  }
}

/** Removes a job whose coordinator is lost: its run has ended, and the worker processes are idle again. */
async function removeOrphan(server: RedisServer, id: string): Promise<void> {
  const { client } = server;
  const job = await readJob(client, id);
  if (job === undefined || redisNow(await measureClock(client)) - job.seenAt <= LOST_AFTER_MS) return;
  await removeQueues(server, id);
  await removeJob(client, id);
}
