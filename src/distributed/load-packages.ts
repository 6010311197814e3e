/** Loads BullMQ and ioredis, which only those install who work on several machines. */
import type * as BullMQ from "bullmq";
import type { Redis as RedisClient } from "ioredis";
import { textOf } from "../vocabulary/index.js";
import { DistributedError } from "./errors.js";

export interface RedisPackages {
  readonly bullmq: typeof BullMQ;
  readonly Redis: typeof RedisClient;
}

/** @throws {DistributedError} when one of them is not installed. `what` needs them: `simulate worker` */
export async function loadPackages(what: string): Promise<RedisPackages> {
  try {
    const [bullmq, { Redis }] = await Promise.all([import("bullmq"), import("ioredis")]);
    return { bullmq, Redis };
  } catch (error) {
    const code = textOf(error, "code");
    if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") throw error;
    throw new DistributedError(`${what} needs BullMQ: npm install bullmq ioredis`, { cause: error });
  }
}
