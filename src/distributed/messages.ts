/**
 * What coordinators and worker processes write to Redis for each other, and its limits. Everything read from Redis is
 * checked by these schemas: whoever can write to Redis can write anything. No message has code.
 */
import { z } from "zod";
import { formatCount } from "../vocabulary/index.js";

/** The version of all formats of this file. */
export const MESSAGES_VERSION = 1;

/** The largest texts in Redis, bytes. */
export const MAX_SPEC_BYTES = 4 << 20;
export const MAX_RESULT_BYTES = 8 << 20;
/** The most jobs that a worker process looks at. */
export const MAX_JOBS = 1000;
/** The most refused jobs that a worker process lists. */
export const MAX_REFUSALS = 100;
/** The longest text of a message, UTF-16 units. */
export const MAX_TEXT = 1000;

const text = z.string().max(MAX_TEXT);
const count = z.int().nonnegative();
const time = z.number().nonnegative();
/** A name in the keys of Redis: BullMQ allows no colon. */
const id = z.string().regex(/^[\w.-]{1,200}$/, "expected letters, digits, dots, dashes");
export { id as idSchema };

/** A block of a job: its seeds or schedules from `first` to `last`. */
export interface Block {
  readonly first: number;
  readonly last: number;
}

/** Of blocks with at most `most` seeds or schedules, which `places` names in messages. */
export function blockSchema(most: number, places: "seeds" | "schedules"): z.ZodType<Block> {
  return z
    .strictObject({ first: count, last: count })
    .refine(({ first, last }) => last >= first && last - first < most, `expected 1 to ${formatCount(most)} ${places}`);
}

/** A SHA-256 in hexadecimal. */
const digest = z.string().regex(/^[\da-f]{64}$/, "expected a SHA-256 in hexadecimal");

/** What a worker process must have to be given work of a job. */
export const requirementsSchema = z.strictObject({
  /** The version of crowdstorm. */
  version: text,
  /** The major version of Node. */
  nodeMajor: count,
  /** The hash of the plan of the job's first block; absent when the job has no plan. */
  planHash: digest.optional(),
  /** The JavaScript module that the job's scenario or program is in. Its text is not sent. */
  module: z.strictObject({ name: text, digest }).optional(),
});
export type Requirements = z.infer<typeof requirementsSchema>;

/** What a hash of Redis has by an id. */
const entrySchema = z.strictObject({
  messages: z.literal(MESSAGES_VERSION),
  id,
  /** When it was written, by Redis' clock, ms since 1970. */
  seenAt: time,
});

/** A job: the field of its id in the hash `crowdstorm:jobs`. Its specification has a key of its own. */
export const jobSchema = entrySchema.extend({
  /** A name of `KINDS`. */
  kind: text,
  /** For people: `disconnect-storm, seeds 1..500`. */
  title: text,
  requires: requirementsSchema,
  /** `stopped`: its coordinator was stopped and can be resumed; no worker process works on it. */
  state: z.enum(["running", "stopped"]),
  /** Seeds, schedules or workers, of those asked for. */
  done: count,
  total: count,
  failed: count,
  /** The host and the process id of the coordinator. */
  coordinator: text,
  /** By Redis' clock, ms since 1970. */
  createdAt: time,
});
export type Job = z.infer<typeof jobSchema>;

/** A worker process: the field of its id in the hash `crowdstorm:workers`. */
export const workerProcessSchema = entrySchema.extend({
  host: text,
  cores: count,
  threads: count,
  node: text,
  version: text,
  clock: z.strictObject({ offsetMs: z.number(), uncertaintyMs: z.number().nonnegative() }),
  /** The jobs that it works on. */
  accepted: z.array(id).max(MAX_JOBS),
  /** The jobs that it refused, and why. */
  refused: z.array(z.strictObject({ job: id, why: text })).max(MAX_REFUSALS),
  /** Blocks that it holds, and those that it finished. */
  blocks: count,
  blocksDone: count,
});
export type WorkerProcess = z.infer<typeof workerProcessSchema>;

/** The result of a block, around that of its kind. */
export const blockResultSchema = z.strictObject({
  messages: z.literal(MESSAGES_VERSION),
  /** The id of the worker process. */
  worker: text,
  /** How long it worked on the block. */
  ms: time,
  /** What of this its thread was on a core; null where the system does not tell. */
  cpuMs: time.nullable(),
  /** The SHA-256 of the JSON text of `result`. */
  digest,
  result: z.unknown(),
});
export type BlockResult = z.infer<typeof blockResultSchema>;

/**
 * The result of a block whose lock had expired before, by the id of the block: an entry of the list
 * `crowdstorm:late:JOB`. BullMQ does not take it, since another worker process may have the block; the coordinator
 * takes what comes first.
 */
export const lateResultSchema = z.strictObject({ block: text, result: z.unknown() });
export type LateResult = z.infer<typeof lateResultSchema>;
