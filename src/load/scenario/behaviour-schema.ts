/** The field `behaviours`: what workers do, and how their live updates are sent. */
import { z } from "zod";
import {
  counts,
  duration,
  durations,
  exactlyOneOf,
  hasFewNames,
  hyphenated,
  isAtMost,
  MAX_PAYLOAD_BYTES,
  object,
  probability,
  rangeOf,
  TOO_MANY_NAMES,
} from "./fields.js";

/** How live updates are sent, in onboarding and in the task alike. */
export const sending = {
  thinkTime: durations.describe("The time before each live update, and before the submit or the return."),
  payloadBytes: counts
    .refine(
      (bytes) => isAtMost(bytes, MAX_PAYLOAD_BYTES),
      `must have no draw above ${MAX_PAYLOAD_BYTES}, the most that fits a mailbox: give it a max`,
    )
    .default({ kind: "constant", value: 64 })
    .describe(`Bytes of text in a live update, at most ${MAX_PAYLOAD_BYTES}.`),
  duplicates: probability.default(0).describe("The share of live updates whose packet the client sends twice."),
};

const disconnect = object({
  window: rangeOf(duration, "a duration")
    .optional()
    .describe("The connection drops at a random time in this span of the run; of a group, since its start."),
  perAction: probability.optional().describe("Or: the probability, after each live update, that the connection drops."),
  name: hyphenated
    .optional()
    .describe("The name of the window in tags, such as during:NAME. Left out: that of the behaviour."),
  detectionDelay: duration
    .default(0)
    .describe("How long the platform takes to notice, unless the worker is back by then."),
  reconnect: object({
    probability: probability.describe("The share of dropped workers that come back."),
    after: durations.describe("How long they are away."),
    flapping: object({
      times: counts.describe("How many more times."),
      online: durations.describe("How long the connection holds in between."),
    })
      .optional()
      .describe("Further drops after the worker is back, as long as its agent is alive."),
  })
    .optional()
    .describe("Left out: no worker comes back."),
})
  .refine(
    ({ window, perAction }) => (window === undefined) !== (perAction === undefined),
    "needs exactly one of window and perAction",
  )
  .refine(({ name, window }) => name === undefined || window !== undefined, {
    path: ["name"],
    error: "is the name of a window, and there is none",
  })
  .meta(exactlyOneOf("window", "perAction"));

const afterActions = object({ afterActions: counts.describe("How many live updates it sends before.") });

const behaviour = object({
  weight: probability.describe("The share of workers that behave like this; the weights of all behaviours sum to 1."),
  actions: counts.optional().describe("Sends so many live updates in the task, then submits."),
  return: afterActions.optional().describe("Or: gives the unit back, after so many live updates."),
  idle: afterActions.optional().describe("Or: stays connected but sends nothing more, after so many live updates."),
  ...sending,
  disconnect: disconnect.optional().describe("The connection drops."),
})
  .refine((read) => [read.actions, read.return, read.idle].filter((given) => given !== undefined).length === 1, {
    error: "needs exactly one of actions, return and idle: a worker ends in one way",
    // A misspelt or renamed key is the one thing to report.
    when: ({ issues }) => issues.length === 0,
  })
  .meta(exactlyOneOf("actions", "return", "idle"));

/** The field `behaviours`, of the scenario or of one of its groups. */
export const behaviours = z
  .record(z.string(), behaviour, "must be a mapping of names to behaviours")
  .refine(hasFewNames, TOO_MANY_NAMES)
  .superRefine((byName, context) => {
    if (Object.keys(byName).length === 0)
      context.addIssue({ code: "custom", message: "must have at least one behaviour" });
    const weights = Object.values(byName).map(({ weight }) => weight);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    if (weights.length > 0 && Math.abs(sum - 1) > 1e-9) {
      context.addIssue({
        code: "custom",
        message: `the weights must sum to 1, not ${Number(sum.toPrecision(12))} (${weights.join(" + ")})`,
      });
    }
  })
  .describe("What workers do, by a name of one's own: each worker draws one behaviour.");

/** One named behaviour. */
export type Behaviour = z.output<typeof behaviour>;
/** What onboarding and behaviours have in common. */
export type Sending = Pick<Behaviour, keyof typeof sending>;
