/**
 * The schema of `summary.json`, which parses the format and describes it: the JSON Schema is made of it. All times are
 * ms. A figure that could not be measured is null, never NaN or infinite. The metrics that a run of this kind does not
 * measure are absent.
 *
 * `version` changes when a field is removed or changes its meaning. A new field does not need a new version.
 */
import { z } from "zod";
import { NETWORK_FAULT_KINDS, THREAD_FAULT_KINDS } from "../vocabulary/index.js";
import { checkoutSchema } from "./git-checkout.js";
import { healthSchema, machineUseSchema, processSchema } from "./health-schema.js";
import { count, number, reasonMissing, text } from "./schema-fields.js";
import { rateSchema, taggedSchema } from "./tagged-figures.js";
import { trendSchema } from "./trend-summary.js";
import { verdictSchema } from "./verdict.js";

/** Whether a generator kept its schedule: whether the p99 of its slip is within the bound. */
const scheduleSchema = z.object({
  kept: z.boolean().describe("Whether the p99 of how late actions ran is within the bound."),
  slipP99Ms: z.number().nullable().describe("p99 of how late actions ran, ms; null when none ran."),
  slipMaxMs: z.number().nullable().describe("The latest action, ms; null when none ran."),
  boundMs: number("The bound of the p99, ms."),
});

/** A machine that carried a share of the workers. */
const machineSchema = z.object({
  name: text("The name of the worker process."),
  node: text("The version of Node.js."),
  cores: count.describe("The cores that it may use."),
  threads: count.describe("Its client threads."),
  workers: count.describe("Its share of the planned workers; in a closed model, the workers that began on it."),
  clock: z
    .object({
      aheadMs: number("How far its clock is ahead, ms."),
      uncertaintyMs: number("The greatest error of that, ms: half of the shortest round trip of the probes."),
      driftMs: z
        .number()
        .nullable()
        .describe("How far the clock moved during the run, ms; null for a machine that did not come to its end."),
    })
    .describe("Its clock beside that of Redis."),
  startLateMs: z
    .number()
    .nullable()
    .describe("How much later than agreed it started by its own timer, ms; null when it was lost before."),
  schedule: scheduleSchema.describe("Whether it generated its share of the load on time."),
  process: processSchema.optional().describe("What its process used. Absent for a lost machine."),
  use: machineUseSchema
    .optional()
    .describe(
      "What its process and others used of its cores, and whether others kept it busy. Absent for a lost machine, and in " +
        "summaries of older versions.",
    ),
  lost: z
    .object({
      why: text("Why nothing more was received from it."),
      workers: text("Which workers were lost with it."),
      unfinished: count.describe("How many of them had not finished."),
    })
    .optional()
    .describe("Absent for a machine that came to its end."),
});

/** A part of what was planned. */
const carriedOutSchema = z.object({
  what: z
    .enum(["workers", "windows", "faults", "shutdown"])
    .describe("`workers`: that started. `windows`: in which a connection dropped."),
  planned: count.describe("How many were planned."),
  carriedOut: count.describe("How many of them happened."),
  missed: z.array(z.string()).describe("What did not happen and why, a line each."),
});
export type CarriedOut = z.infer<typeof carriedOutSchema>;

const targetSchema = z.object({
  mode: z.enum(["client", "router"]).describe("`client`: this program is the workers' end of the network."),
  url: text("The URL of the target, or the address that the router listened on."),
  dialect: text("How simulated workers speak with the task."),
  client: z.enum(["direct", "browser"]).optional().describe("How workers send: at once, or as a browser's page does."),
  database: z.boolean().describe("Whether the database of the target was read."),
});

const planSchema = z.object({
  hash: text("SHA-256 of the plan, in hexadecimal digits."),
  workers: count.describe("Simulated workers planned; in a closed model, the length of its sequence: no more begin."),
  closed: z
    .object({
      atOnce: count.describe("The greatest number of workers that is kept."),
      workers: count.describe("The length of the sequences, which is part of the workers planned."),
      startMs: z.number().default(0).describe("When the first of them begin, ms since the start of the run."),
      arrivalsMs: number("How long they begin, ms."),
      behaviours: z
        .array(z.string())
        .exactOptional()
        .describe("What they do, which no other worker does. Absent in summaries of older versions."),
    })
    .exactOptional()
    .describe("The closed models of the plan, all groups together. Absent when all workers arrive at planned times."),
});

const invariantSchema = z.object({
  id: text("The same in every version, for programs."),
  statement: text("What has to hold."),
  held: z.boolean().describe("Whether every check held."),
  checked: count.describe("The number of checks."),
  unchecked: count
    .optional()
    .describe(
      "The number of checks that were impossible because a thread took the evidence with it; absent when none.",
    ),
  violationCount: count.describe("The number of checks that did not hold."),
  violations: z
    .array(
      z.object({
        what: text("The kind of the violation."),
        agentId: text("The agent. Absent when it is not of one agent.").optional(),
        detail: text("What was found, one line."),
      }),
    )
    .describe("The first violations."),
});

const thresholdSchema = z.object({
  metric: text("The metric, with its tags in braces."),
  expression: text("The condition as it was written."),
  observed: z
    .number()
    .nullable()
    .describe("In the unit of the expression: ms, a share, a count; null when there are no samples."),
  passed: z.boolean().describe("Whether the condition holds."),
  phaseMissed: z
    .literal(true)
    .optional()
    .describe("There are no samples because the phase that its tags name did not take place."),
  brokenByEnd: z
    .literal(true)
    .optional()
    .describe("It failed in a run that was ended early, and the rest of the run could have met it: it is not judged."),
});

const outputSchema = z
  .object({
    kind: z
      .enum(["csv", "ndjson", "otlp"])
      .describe("A file of samples in this format, or a collector of OpenTelemetry."),
    to: text("The path of a file, or a URL without a password."),
    unit: z.enum(["samples", "exports"]).describe("What is counted: samples, or exports to a collector."),
    delivered: count.describe("How many arrived there."),
    dropped: count.describe("How many are missing there."),
    problem: z.string().nullable().describe("Why some are missing, one line; null when all were delivered."),
  })
  .refine(({ dropped, problem }) => dropped === 0 || problem !== null, reasonMissing("problem"));

const environmentSchema = z.object({
  crowdstorm: text("The version of crowdstorm."),
  node: text("The version of Node.js."),
  platform: text("Operating system and architecture."),
  cpu: text("The model of the CPU."),
  cores: count.describe("The cores that the process may use."),
  memoryBytes: number("The memory of the machine, bytes."),
  git: checkoutSchema
    .optional()
    .describe(
      "The git checkout in which the run was started. Absent where there was none, and in summaries of older versions.",
    ),
});

const faultSchema = z.object({
  atMs: number("When it was injected, ms since the start of the run."),
  kind: z
    .enum([...THREAD_FAULT_KINDS, ...NETWORK_FAULT_KINDS])
    .optional()
    .describe("Absent in summaries of older versions."),
  thread: text("The thread. Absent when the fault did not hit a single thread.").optional(),
  what: text("What happened, one line."),
});

const intervalSchema = z.object({
  startMs: number("ms since the start of the run."),
  lengthMs: number("ms."),
  count: count.describe("The number of samples."),
  p50: number("Median, ms."),
  p99: number("99th percentile, ms."),
  max: number("Maximum, ms."),
});

/**
 * The version of the format. 2: the invariant `books-agree` became `accounting-consistent`. 3: a reason of the verdict
 * has a code.
 */
export const SUMMARY_VERSION = 3;

export const summarySchema = z.object({
  version: z
    .literal(SUMMARY_VERSION)
    .describe("The version of the format. It changes when a field is removed or changes its meaning."),
  runId: text("The id of the run, which is the name of its directory."),
  engine: z
    .enum(["threads", "virtual", "network"])
    .describe("Real threads, the simulated clock, or clients of a target over a network."),
  target: targetSchema
    .optional()
    .describe("The target of a run over a network; absent when the platform is in this process."),
  scenario: z
    .object({ name: text("Its name."), description: text("Its description.") })
    .describe("The scenario that was run."),
  seed: text("The seed. Scenario and seed determine the plan."),
  plan: planSchema.describe("What the simulated workers were to do."),
  planHash: text("The same as `plan.hash`.").optional(),
  traceHash: text(
    "SHA-256 of all events in their order, the same for every virtual run of this plan. Absent for real threads.",
  ).optional(),
  options: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .describe("The options of the command that differ from those of a plain run of the scenario, by name."),
  reproduce: text("The command that reproduces the run."),
  startedAt: text("Start, ISO 8601, UTC."),
  durationMs: number("From the start of the run, to which the plan's times are relative, to the end of the drain, ms."),
  arrivalRate: z
    .number()
    .optional()
    .describe(
      "Workers of the closed models that arrived a second, over the time in which they begin. Only with a closed model, where " +
        "the platform decides it.",
    ),
  end: z
    .object({
      how: z
        .enum(["finished", "interrupted", "aborted"])
        .describe(
          "`finished`: by itself; `interrupted`: by the user; `aborted`: by a threshold. A failed run has no summary.",
        ),
      why: z.string().nullable().describe("The reason, one line; null when finished."),
    })
    .refine(({ how, why }) => how === "finished" || why !== null, reasonMissing("why"))
    .describe("How the run ended."),
  verdict: verdictSchema.describe("Whether the run passed, and the reasons when it did not."),
  warnings: z
    .array(z.string())
    .optional()
    .describe(
      "What the plan showed before the run: parts of it without an effect, a line each. Absent when there was nothing.",
    ),
  carriedOut: z
    .array(carriedOutSchema)
    .optional()
    .describe(
      "What was planned and how much of it happened. Absent in a run without a plan, and in summaries of older versions.",
    ),
  unfinished: count
    .optional()
    .describe(
      "The workers that had not finished when the run was given up, and were cut off; not those for whom no partner was " +
        "left. 0 in a run that was ended early. Absent in summaries of older versions.",
    ),
  outcomes: z
    .object({
      agents: z.record(z.string(), count).describe("Agents on units."),
      onboardingAgents: z.record(z.string(), count).describe("Agents of the onboarding."),
    })
    .describe(
      "The number of agents by final status. `cut off`: live when the run was ended early or given up, which closed them. " +
        "Their rows have the status that the platform gave them then.",
    ),
  peakLiveUnits: count
    .optional()
    .describe(
      "The greatest number of units that were live at once: from the row of an agent to its final status, over a network " +
        "from the moment when a client was given its agent until it was done or gone. Absent in summaries of older versions.",
    ),
  trends: z
    .record(z.string(), trendSchema)
    .describe("Distributions of times: every trend of the metric catalogue by name that a run of this kind measures."),
  counters: z
    .record(z.string(), z.number())
    .describe("Every counter of the metric catalogue by name that a run of this kind measures."),
  rates: z
    .record(z.string(), rateSchema)
    .describe("Every rate of the metric catalogue by name that a run of this kind measures."),
  gauges: z
    .record(z.string(), z.number().nullable())
    .describe(
      "Every gauge of the metric catalogue by name that a run of this kind measures; null when it was never set.",
    ),
  tagged: taggedSchema
    .optional()
    .describe(
      "The same figures by behaviour of the workers, and by phase of the run. Absent in summaries of older versions.",
    ),
  overTime: z
    .array(intervalSchema)
    .describe(
      "`live_update_latency`, over a network `live_update_round_trip`, by interval, without intervals without samples.",
    ),
  floor: z
    .array(
      z.object({
        name: text("Its name."),
        doc: text("What was timed."),
        trend: trendSchema.describe("The times."),
      }),
    )
    .describe(
      "The machine's floor, measured in the same run for comparison with the trends; empty when it was not measured.",
    ),
  faults: z
    .array(faultSchema)
    .optional()
    .describe("The scenario's faults that were injected. Absent when there were none."),
  losses: z
    .array(z.string())
    .optional()
    .describe(
      "The evidence that the faults destroyed, so that invariants could not be checked, a line each. Absent when none.",
    ),
  thresholds: z.array(thresholdSchema).describe("The thresholds of the scenario, in its order."),
  invariants: z.array(invariantSchema).describe("The invariants that were checked."),
  notChecked: z
    .array(
      z.object({
        kind: z.enum(["invariant", "threshold"]).describe("What it is."),
        id: text("The id of an invariant, or the metric of a threshold."),
        why: text("The reason, one line."),
      }),
    )
    .optional()
    .describe("The invariants and thresholds that a run of this kind cannot check. Absent when there are none."),
  failures: z
    .array(
      z.object({
        what: text("What was expected and received."),
        count: count.describe("How often."),
        firstAtMs: number("When first, ms since the start of the run."),
      }),
    )
    .optional()
    .describe("The failures of requests to the target. Absent when there were none."),
  load: z
    .object({
      generated: z.boolean().describe("Whether the planned load was generated."),
      why: z.string().nullable().describe("The reason when it was not, one line; null when it was."),
    })
    .refine(({ generated, why }) => generated || why !== null, reasonMissing("why"))
    .optional()
    .describe("Whether there was a load to judge by. Absent in summaries of older versions."),
  schedule: scheduleSchema.describe("Whether the load was generated on time."),
  machine: machineUseSchema
    .optional()
    .describe(
      "What the run and others used of the machine's cores, and whether other programs kept it busy. Absent where time is " +
        "simulated, and where other machines made the load (`machines`).",
    ),
  outputs: z
    .array(outputSchema)
    .optional()
    .describe("What was written to with `--out`, in the order of the options. Absent when nothing was."),
  machines: z
    .array(machineSchema)
    .optional()
    .describe("The machines that made the load, and how each of them did. Absent when it was made by this process."),
  health: healthSchema.describe("The state of the harness itself."),
  environment: environmentSchema.describe("Where the run took place."),
});
export type Summary = z.infer<typeof summarySchema>;
