/** Parses the files of an exploration: failing schedules, and the progress of a stopped exploration. */
import { z } from "zod";
import { at, messageOf } from "../../vocabulary/index.js";
import { MAILBOX_KINDS } from "../../platform/sync/index.js";
import type { FailingSchedule } from "./schedule.js";

/** The content of a file is invalid. The message is one line. */
export class ScheduleFormatError extends Error {
  override readonly name = "ScheduleFormatError";
}

const mailbox = z.enum(MAILBOX_KINDS);
const thread = z.int().min(0).max(31);

const scheduleSchema = z.object({
  version: z.literal(1),
  module: z.string(),
  program: z.string(),
  mailbox,
  problems: z.array(z.string()),
  thrown: z.array(z.object({ by: z.string(), frames: z.array(z.string()) })).exactOptional(),
  threads: z.array(z.string()),
  steps: z.array(thread),
  contextSwitches: z.int(),
  fewest: z.boolean(),
  outcomes: z.record(z.string(), z.unknown()),
});

const mask = z.int().min(0);
const resumptionSchema = z.union([
  z.object({ frontier: z.array(z.object({ thread, enabled: mask, sleeping: mask, backtrack: mask, done: mask })) }),
  z.object({ learned: z.array(z.string().regex(/^([0-7]*|random -?[0-9]+)$/)) }),
  z.object({ from: z.int().min(0) }),
]);
const progressSchema = z.object({
  version: z.literal(2, "expected 2, of this version of the program"),
  program: z.string(),
  mailbox,
  strategy: z.string(),
  seed: z.string(),
  /** Of pct. */
  depth: z.int().min(1).optional(),
  /** Of exhaustive: the most steps of an execution, and what {@link hashFirstExecution} returned. */
  maxSteps: z.int().min(1).optional(),
  firstExecution: z.string().optional(),
  resumption: resumptionSchema,
});

/** The progress of an exploration when it was stopped: `progress.json`. */
export type ExplorationProgress = z.infer<typeof progressSchema>;

/** Parses the text of a `schedule.json`. @throws ScheduleFormatError */
export function parseSchedule(text: string): FailingSchedule {
  return parse(text, scheduleSchema, "a schedule of simulate explore");
}

/** Parses the text of a `progress.json`. @throws ScheduleFormatError */
export function parseProgress(text: string): ExplorationProgress {
  return parse(text, progressSchema, "the progress of an exploration");
}

function parse<T>(text: string, schema: z.ZodType<T>, what: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ScheduleFormatError(`not ${what}: ${messageOf(error)}`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, message } = at(parsed.error.issues, 0);
  throw new ScheduleFormatError(`not ${what}: ${path.join(".")}: ${message}`);
}
