/** Removes what BullMQ keeps of a job. */
import type { Queue } from "bullmq";
import { PREFIX, type RedisServer } from "./connect-redis.js";
import { blocksQueue, wavesQueue } from "./keys.js";

/** The key of a queue that BullMQ writes again with the next event: who leaves a queue that was removed removes it. */
export const META = "meta";

/** Removes a queue with all that is on it. Worker processes that hold blocks of it lose them. */
export async function removeQueue({ client }: RedisServer, queue: Queue): Promise<void> {
  await queue.obliterate({ force: true });
  await client.del(queue.toKey(META));
}

/** Removes the queues of a job whose coordinator is lost, or was stopped. */
export async function removeQueues(server: RedisServer, job: string): Promise<void> {
  for (const name of [blocksQueue(job), wavesQueue(job)]) {
    const queue = new server.bullmq.Queue(name, { connection: server.connection, prefix: PREFIX });
    queue.on("error", () => undefined);
    await removeQueue(server, queue);
    await queue.close();
  }
}
