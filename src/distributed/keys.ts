/** The keys in Redis, beside those of BullMQ. */
import { PREFIX } from "./connect-redis.js";

export const KEYS = {
  /** A hash: the jobs by id. */
  jobs: `${PREFIX}:jobs`,
  /** A hash: the worker processes by id. */
  workers: `${PREFIX}:workers`,
  /** The specification of a job. */
  spec: (job: string) => `${PREFIX}:spec:${job}`,
  /** Exists when the job is to be cancelled. */
  cancelled: (job: string) => `${PREFIX}:cancelled:${job}`,
  /** Streams: the two directions of the way between the coordinator of a run and one of its machines. */
  toMachine: (job: string, machine: string) => `${PREFIX}:to-machine:${job}:${machine}`,
  fromMachine: (job: string, machine: string) => `${PREFIX}:from-machine:${job}:${machine}`,
} as const;

/** BullMQ's queue of the blocks of a job. */
export function blocksQueue(job: string): string {
  return `blocks-${job}`;
}

/** BullMQ's queue of the waves of a job: the parents of its blocks, which the coordinator takes. */
export function wavesQueue(job: string): string {
  return `waves-${job}`;
}
