/**
 * What an exploration over worker processes sends: the name of a program and numbers of schedules, and their counts.
 */
import { z } from "zod";
import type { SampledBlock } from "../../explore/index.js";
import { MAILBOX_KINDS } from "../../platform/sync/index.js";

/** The most schedules of one block. */
export const MAX_BLOCK_SCHEDULES = 20_000;
const MAX_STEPS = 10_000_000;
const count = z.int().nonnegative();

export const exploreSpecSchema = z.strictObject({
  /** Of a built-in program, or of the module that the job requires. */
  program: z.string().max(1000),
  mailbox: z.enum(MAILBOX_KINDS),
  strategy: z.enum(["pct", "random"]),
  seed: z.string().max(100),
  depth: z.int().min(1).max(1000),
  maxSteps: z.int().min(1).max(MAX_STEPS),
});
export type ExploreSpec = z.infer<typeof exploreSpecSchema>;

export const sampledBlockSchema: z.ZodType<SampledBlock> = z.strictObject({
  schedules: count,
  redundant: count,
  points: count,
  depth: count,
  traces: z.array(z.number()).max(MAX_BLOCK_SCHEDULES),
  outcomes: z.array(z.string().length(64)).max(MAX_BLOCK_SCHEDULES),
  violation: count.exactOptional(),
});
