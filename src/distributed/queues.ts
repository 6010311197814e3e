/** The queues that BullMQ keeps of a job. */
import type { Queue } from "bullmq";
import { PREFIX, type RedisServer } from "./connect-redis.js";
import { blocksQueue, wavesQueue } from "./keys.js";

/** The key of a queue that BullMQ writes again with the next event: who leaves a queue that was removed removes it. */
export const META = "meta";

/** The queue, for adding and for looking. The connection of commands reports an outage. */
export function openQueue({ bullmq, connection }: RedisServer, name: string): Queue {
  const queue = new bullmq.Queue(name, { connection, prefix: PREFIX });
  queue.on("error", () => undefined);
  return queue;
}

/** Removes a queue with all that is on it. Worker processes that hold blocks of it lose them. */
export async function removeQueue({ client }: RedisServer, queue: Queue): Promise<void> {
  await queue.obliterate({ force: true });
  await client.del(queue.toKey(META));
}

/** Removes the queues of a job whose coordinator is lost, or was stopped. */
export async function removeQueues(server: RedisServer, job: string): Promise<void> {
  for (const name of [blocksQueue(job), wavesQueue(job)]) {
    const queue = openQueue(server, name);
    await removeQueue(server, queue);
    await queue.close();
  }
}
