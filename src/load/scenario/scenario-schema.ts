/**
 * The schema of a scenario file. It uses the words of k6 where there are any: `stages`, `startRate`, `target`,
 * `thresholds`.
 *
 * Two timelines meet in a scenario. The run's: stages of arrivals, windows of disconnects and faults, and the shutdown,
 * counted from the start of the run; `--duration` stretches them. A person's: think times, times away and timeouts,
 * which nothing stretches.
 */
import { z } from "zod";
import { parseThreshold, ThresholdError, type ThresholdSpec } from "../measure/thresholds.js";
import { arrivals } from "./arrivals-schema.js";
import { behaviours, sending } from "./behaviour-schema.js";
import { explicitWorkers } from "./explicit-workers.js";
import { faults } from "./fault-schema.js";
import {
  count,
  counts,
  duration,
  hyphenated,
  line,
  object,
  positiveCount,
  positiveDuration,
  probability,
} from "./fields.js";
import { checkGroups, groups, requireArrivals, WHEN_MAPPING } from "./group-schema.js";
import { groupsOf } from "./load-groups.js";
import { refuseAmbiguousSpans, refuseUnknownTags } from "./refuse-tags.js";
import { holdings, refuseUnknown, requirements } from "./qualification-schema.js";
import { target } from "./target-schema.js";

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

const threshold = z.union(
  [
    z.string(),
    object({
      threshold: z.string('must be text, such as "p(99)<250"').describe("Aggregation, operator and number."),
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
  name: hyphenated.describe("Lower-case words joined by hyphens: in reports, and in the names of directories."),
  description: line.describe("One line, shown by `simulate list`."),
  incident: z
    .string("must be text")
    .min(1, "must not be empty")
    .describe("The real incident that the scenario models."),
  seed: count.default(1).describe("The seed of a run that is given no --seed."),
  arrivals: arrivals.optional(),
  task: task.describe("What workers do on the platform, and how long it waits for them."),
  behaviours: behaviours.optional(),
  groups: groups.optional(),
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
  for (const { name: group, behaviours: byName } of groupsOf(read)) {
    for (const [name, { actions, return: back, idle }] of Object.entries(byName)) {
      const sent = actions ?? back?.afterActions ?? idle?.afterActions;
      if (sent?.kind === "constant" && sent.value === 0) continue;
      const field = actions ? ["actions"] : [back ? "return" : "idle", "afterActions"];
      context.addIssue({
        code: "custom",
        path: [...(group === undefined ? [] : ["groups", group]), "behaviours", name, ...field],
        message: "must be 0: a static task takes no live updates",
      });
    }
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
  .superRefine(requireArrivals, WHEN_MAPPING)
  .superRefine(checkGroups)
  .superRefine(refuseUpdatesToStatic)
  .superRefine(refusePlantedRace)
  .superRefine(refuseUnknownQualifications)
  .superRefine(refuseAmbiguousSpans)
  .superRefine(refuseUnknownTags)
  .meta({ oneOf: [{ required: ["arrivals", "behaviours"] }, { required: ["groups"] }] });

/** A scenario as the program uses it: durations in ms, distributions as data, defaults filled in. */
export type Scenario = z.output<typeof scenarioSchema>;
/** A scenario as it is written: durations with their units, defaults left out. */
export type ScenarioInput = z.input<typeof scenarioSchema>;
