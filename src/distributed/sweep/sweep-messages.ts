/** What a sweep over worker processes sends: the text of a scenario and seeds, and the results of the seeds. */
import { z } from "zod";
import { COVERAGE_MARK_NAMES, type RunResult } from "../../load/run/index.js";
import { FAULT_KINDS, type FaultRates } from "../../load/faults/index.js";
import { REASON_CODES } from "../../results/index.js";
import { MAILBOX_KINDS } from "../../platform/sync/index.js";
import { MAX_SPEC_BYTES } from "../messages.js";

/** The most seeds of one block. */
export const MAX_BLOCK_SEEDS = 10_000;
const MAX_FAILURES = 1000;
const MAX_DETAIL = 100_000;

const seed = z.int().nonnegative();
const rate = z.number().min(0).max(1);

export const sweepSpecSchema = z.strictObject({
  scenario: z.strictObject({
    /** YAML. */
    text: z.string().max(MAX_SPEC_BYTES),
    /** What errors call it. */
    origin: z.string().max(4096),
  }),
  workers: z.int().positive().optional(),
  durationMs: z.number().positive().optional(),
  mailbox: z.enum(MAILBOX_KINDS),
  faultRates: (z.record(z.enum(FAULT_KINDS), rate) as z.ZodType<FaultRates>).optional(),
  /** Whether the thresholds are evaluated. */
  thresholds: z.boolean().optional(),
  /** Of the first block: its plan has the hash that the job requires. */
  firstSeed: seed,
});
export type SweepSpec = z.infer<typeof sweepSpecSchema>;

const failureSchema = z.strictObject({
  what: z.string().max(MAX_DETAIL),
  violations: z.int().nonnegative(),
  first: z.strictObject({
    what: z.string().max(MAX_DETAIL),
    detail: z.string().max(MAX_DETAIL),
    agentId: z.string().max(MAX_DETAIL).exactOptional(),
  }),
});

const missedSchema = z.strictObject({
  metric: z.string().max(MAX_DETAIL),
  expression: z.string().max(MAX_DETAIL),
  observed: z.number().nullable(),
  phaseMissed: z.literal(true).exactOptional(),
});

const unmetSchema = z.strictObject({ code: z.enum(REASON_CODES), text: z.string().max(MAX_DETAIL) });

export const sweepResultSchema: z.ZodType<RunResult[]> = z
  .array(
    z.strictObject({
      seed,
      failures: z.array(failureSchema).max(MAX_FAILURES),
      missed: z.array(missedSchema).max(MAX_FAILURES).exactOptional(),
      unmet: z.array(unmetSchema).max(REASON_CODES.length).exactOptional(),
      latency: z.strictObject({ p50: z.number(), p95: z.number(), p99: z.number() }).exactOptional(),
      events: z.int().nonnegative(),
      hash: z.string().max(200),
      simulatedMs: z.number().nonnegative(),
      reached: z.array(z.enum(COVERAGE_MARK_NAMES)).max(COVERAGE_MARK_NAMES.length),
    }),
  )
  .max(MAX_BLOCK_SEEDS);
