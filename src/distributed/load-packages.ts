/** Loads BullMQ and ioredis, which only those install who work on several machines. */
import type * as BullMQ from "bullmq";
import type { Redis as RedisClient } from "ioredis";
import { installRemedy } from "../vocabulary/index.js";
import { DistributedError } from "./errors.js";

export interface RedisPackages {
  readonly bullmq: typeof BullMQ;
  readonly Redis: typeof RedisClient;
}

/** With the versions of the peer dependencies. */
const PACKAGES = ["bullmq@6", "ioredis@5"];

/** @throws {DistributedError} when one of them is not installed. `what` needs them: `simulate worker` */
export async function loadPackages(what: string): Promise<RedisPackages> {
  try {
    const [bullmq, { Redis }] = await Promise.all([import("bullmq"), import("ioredis")]);
    return { bullmq, Redis };
  } catch (error) {
    const remedy = installRemedy(error, `${what} needs BullMQ`, PACKAGES);
    if (remedy === undefined) throw error;
    throw new DistributedError(remedy, { cause: error });
  }
}
