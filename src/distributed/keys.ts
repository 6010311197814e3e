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
  /** A list: results of blocks whose lock had expired. */
  late: (job: string) => `${PREFIX}:late:${job}`,
  /** Streams: the two directions of the channel between the coordinator of a run and one of its machines. */
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

/** The id of a block on the queue: a block can be on several waves. */
export function idInWave(block: string, wave: string): string {
  return `${block}.${wave}`;
}

/** The id of the block of such an id, or of its key: `1-50` of `…:1-50.a1b2c3d4-7`. */
export function blockOf(idOrKey: string): string {
  return /([^:.]*)\.[^:]*$/.exec(idOrKey)?.[1] ?? idOrKey;
}
