/**
 * The schema of a scenario file. It uses the words of k6 where there are any: `stages`, `startRate`, `target`, `thresholds`.
 *
 * Two timelines meet in a scenario. The run's: stages of arrivals, windows of disconnects and faults, and the shutdown, counted
 * from the start of the run; `--duration` stretches them. A person's: think times, times away and timeouts, which nothing stretches.
 */
import { z } from "zod";
import { parseThreshold, ThresholdError, type ThresholdSpec } from "../measure/thresholds.js";
import { expectedArrivals } from "./arrivals.js";
import { explicitWorkers } from "./explicit-workers.js";
import { faults } from "./fault-schema.js";
import {
  count,
  counts,
  duration,
  durations,
  hasFewNames,
  isAtMost,
  MAX_PAYLOAD_BYTES,
  hyphenated,
  line,
  object,
  positiveCount,
  positiveDuration,
  probability,
  rangeOf,
  rate,
  TOO_MANY_NAMES,
} from "./fields.js";
import { refuseAmbiguousSpans, refuseUnknownTags } from "./refuse-tags.js";
import { MAX_WORKERS } from "./scenario-limits.js";
import { holdings, refuseUnknown, requirements } from "./qualification-schema.js";
import { target } from "./target-schema.js";

/** States for the JSON Schema what a refinement checks in the loader, with a better message. */
const exactlyOneOf = (...keys: readonly string[]) => ({ oneOf: keys.map((key) => ({ required: [key] })) });

const arrivals = object({
  startRate: rate.default(0).describe("Arrivals a second at the start of the run."),
  stages: z.array(
    object({
      duration: duration.describe("How long the stage lasts; 0s: the rate jumps."),
      target: rate.describe("Arrivals a second at its end; the rate moves there evenly."),
    }),
    "must be a list of stages, each { duration, target }",
  ),
})
  .refine(
    (read) => expectedArrivals(read) >= 0.5,
    "no worker ever arrives: there is no stage, or every rate is 0, or nearly",
  )
  .refine(
    (read) => expectedArrivals(read) <= MAX_WORKERS,
    `more workers arrive than a run can have, which is ${MAX_WORKERS}`,
  )
  .describe(
    "When workers arrive (open model): the area under the rate is the number of workers, unless --workers is given.",
  );

/** How live updates are sent, in onboarding and in the task alike. */
const sending = {
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

const onboarding = object({
  passRate: probability.describe("The share of workers whose onboarding is good enough to be admitted."),
  actions: counts.describe("Live updates that a worker sends before it submits its onboarding."),
  ...sending,
});

const task = object({
  blueprint: z
    .enum(["chat", "remote-procedure", "static"], 'must be "chat", "remote-procedure" or "static"')
    .describe(
      "What the task does with live updates: answers each turn, replies to each request, or only takes the submit.",
    ),
  unitsPerAssignment: positiveCount.default(1).describe("How many workers share one assignment."),
  qualifications: requirements,
  onboarding: onboarding.optional().describe("Left out: workers are admitted as they register."),
  liveUpdateTimeout: positiveDuration.describe("How long the task waits for the next live update of an agent."),
  submissionTimeout: positiveDuration.describe("How long the task waits for the submit once the live part is over."),
  workTime: duration.default(0).describe("How long the task's code is busy with each live update before it answers."),
  plantedRace: z
    .literal(true, "must be true, or left out")
    .optional()
    .describe("For demonstrations: the chat has a planted fault, and ends as soon as the worker has submitted."),
});

const disconnect = object({
  window: rangeOf(duration, "a duration")
    .optional()
    .describe("The connection drops at a random time in this span of the run."),
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
  }).optional(),
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

const afterActions = object({ afterActions: counts });

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

const threshold = z.union(
  [
    z.string(),
    object({
      threshold: z.string('must be text, such as "p(99)<250"'),
      abortOnFail: z
        .boolean("must be true or false")
        .optional()
        .describe("Ends the run as soon as the threshold fails."),
      delayAbortEval: z
        .string('must be a duration, such as "5s"')
        .optional()
        .describe("How long the run goes on before that may happen."),
    }),
  ],
  'must be text, such as "p(99)<250", or a mapping with threshold, abortOnFail and delayAbortEval',
);

const expressions = z
  .array(threshold, "must be a list of expressions")
  .min(1, "must have at least one expression")
  .meta({ id: "expressions" });

const thresholds = z
  .record(z.string(), expressions, "must be a mapping of metrics to lists of expressions")
  .superRefine((byMetric, context) => {
    for (const [metric, list] of Object.entries(byMetric)) {
      // An unknown metric is the same problem in each of its expressions, and reported once.
      const reported = new Set<string>();
      for (const [index, spec] of (list as readonly ThresholdSpec[]).entries()) {
        try {
          parseThreshold(metric, spec);
        } catch (error) {
          if (!(error instanceof ThresholdError)) throw error;
          if (reported.has(error.message)) continue;
          reported.add(error.message);
          context.addIssue({ code: "custom", path: [metric, index], message: error.message });
        }
      }
    }
  });

const scenarioObject = object({
  name: hyphenated,
  description: line.describe("One line, shown by `simulate list`."),
  incident: z
    .string("must be text")
    .min(1, "must not be empty")
    .describe("The real incident that the scenario models."),
  seed: count.default(1).describe("The seed of a run that is given no --seed."),
  arrivals,
  task,
  behaviours: z
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
    }),
  qualifications: holdings,
  workers: explicitWorkers.optional(),
  thresholds: thresholds.default({}).describe("What a run must measure to pass, as in k6: { metric: [expression] }."),
  shutdownAt: duration.optional().describe("When the live run is shut down. Left out: at the end."),
  faults,
  target: target.optional(),
  drainTimeout: positiveDuration.describe(
    "How long a run may take to come to rest after the last worker's arrival, window and fault.",
  ),
});

/** A static task reads no live updates: any that a worker sent would be lost. */
const refuseUpdatesToStatic = (read: z.output<typeof scenarioObject>, context: z.RefinementCtx): void => {
  if (read.task.blueprint !== "static") return;
  for (const [name, { actions, return: back, idle }] of Object.entries(read.behaviours)) {
    const sent = actions ?? back?.afterActions ?? idle?.afterActions;
    if (sent?.kind === "constant" && sent.value === 0) continue;
    const field = actions ? ["actions"] : [back ? "return" : "idle", "afterActions"];
    context.addIssue({
      code: "custom",
      path: ["behaviours", name, ...field],
      message: "must be 0: a static task takes no live updates",
    });
  }
};

/** The planted fault is one of a chat. */
const refusePlantedRace = ({ task }: z.output<typeof scenarioObject>, context: z.RefinementCtx): void => {
  if (task.plantedRace === undefined || (task.blueprint === "chat" && task.unitsPerAssignment === 1)) return;
  const message = "requires blueprint: chat and one worker for each assignment";
  context.addIssue({ code: "custom", path: ["task", "plantedRace"], message });
};

/** A qualification that the scenario does not name is held by no worker, so a requirement of it is a mistake. */
const refuseUnknownQualifications = (
  { qualifications, task, workers = [] }: z.output<typeof scenarioObject>,
  context: z.RefinementCtx,
): void => {
  const asked = task.qualifications.map(({ name }, index) => ({
    name,
    path: ["task", "qualifications", index, "name"],
  }));
  const held = workers.flatMap((worker, index) =>
    Object.keys(worker.qualifications ?? {}).map((name) => ({
      name,
      path: ["workers", index, "qualifications", name],
    })),
  );
  refuseUnknown(Object.keys(qualifications), [...asked, ...held], context);
};

/** Reads a scenario from plain data, as YAML gives it. Its output, {@link Scenario}, is plain data too. */
export const scenarioSchema = scenarioObject
  .superRefine(refuseUpdatesToStatic)
  .superRefine(refusePlantedRace)
  .superRefine(refuseUnknownQualifications)
  .superRefine(refuseAmbiguousSpans)
  .superRefine(refuseUnknownTags);

/** A scenario as the program uses it: durations in ms, distributions as data, defaults filled in. */
export type Scenario = z.output<typeof scenarioSchema>;
/** A scenario as it is written: durations with their units, defaults left out. */
export type ScenarioInput = z.input<typeof scenarioSchema>;
/** One named behaviour of a scenario. */
export type Behaviour = Scenario["behaviours"][string];
/** What onboarding and behaviours have in common. */
export type Sending = Pick<Behaviour, keyof typeof sending>;
