/**
 * The part of a scenario that says how its workers speak with a task that is not of this process (`--target`,
 * `--listen`).
 */
import { z } from "zod";
import { line, object, positiveDuration } from "./fields.js";

/** The dialects of the program. One's own is named on the command line: no scenario makes the program load code. */
export const TARGET_DIALECTS = ["remote-procedure", "chat", "echo", "static"] as const;
export type TargetDialect = (typeof TARGET_DIALECTS)[number];

const MUST_BE_DATA = "must be a mapping of keys to JSON values";
const submission = z.record(z.string(), z.json(MUST_BE_DATA), MUST_BE_DATA);

export const target = object({
  required: z
    .boolean("must be true or false")
    .default(false)
    .describe("true: the scenario has no meaning in one process, and is refused without --target or --listen."),
  dialect: z
    .enum(TARGET_DIALECTS, 'must be "remote-procedure", "chat", "echo" or "static"')
    .optional()
    .describe("How live updates and replies of the task look [default: that of the task's blueprint]."),
  procedure: line
    .optional()
    .describe("With remote-procedure: the name of the function that updates call [default: crowdstorm]."),
  arguments: submission.optional().describe("With remote-procedure: what each call passes beside the text."),
  client: z
    .enum(["direct", "browser"], 'must be "direct" or "browser"')
    .default("direct")
    .describe(
      "direct: sends at once. browser: as Mephisto's page, one packet each 100 ms, with its rules to reconnect.",
    ),
  requestTimeout: positiveDuration
    .default(30_000)
    .describe("How long each HTTP request and each WebSocket handshake may take."),
  provider: line.default("mock").describe("provider_type of the registrations."),
  submits: object({
    task: submission.optional().describe("What a worker submits for its unit."),
    onboardingPass: submission.optional().describe("What a worker submits whose onboarding is good enough."),
    onboardingFail: submission.optional().describe("What a worker submits whose onboarding is not."),
  })
    .optional()
    .describe("Left out: what the task's blueprint takes."),
}).describe("How workers reach a task over a network: for --target and --listen.");
