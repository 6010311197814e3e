/**
 * The summary of a run, `summary.json`: what was run, what was measured, and the verdict. The schema documents the
 * format and parses it. All times are ms. A figure that could not be measured is null, never NaN or infinite. The
 * metrics that a run of this kind does not measure are absent.
 *
 * `version` changes when a field is removed or changes its meaning. A new field does not need a new version.
 */
import { z } from "zod";
import {
  COUNTER_NAMES,
  GAUGE_NAMES,
  RATE_NAMES,
  TREND_NAMES,
  isMeasured,
  type Distribution,
  type LoadVerdict,
  type Measurements,
  type MetricName,
  type ProcessHealth,
  type ScheduleVerdict,
  type ThreadHealth,
  type ThresholdResult,
  type Viewpoint,
} from "../load/measure/index.js";
import type { CpuUse, MachineVerdict } from "../load/measure/machine/index.js";
import type { InvariantReport } from "../load/check/index.js";
import { NETWORK_FAULT_KINDS, THREAD_FAULT_KINDS } from "../vocabulary/index.js";
import { checkoutSchema } from "./git-checkout.js";
import { taggedFigures, taggedSchema } from "./tagged-figures.js";
import { summariseTrend, trendSchema } from "./trend-summary.js";
import { judge, verdictSchema } from "./verdict.js";

const count = z.int().nonnegative();

/** Whether a generator kept its schedule: whether the p99 of its slip is within the bound. */
const scheduleSchema = z.object({
  kept: z.boolean(),
  slipP99Ms: z.number().nullable(),
  slipMaxMs: z.number().nullable(),
  boundMs: z.number(),
});

const processSchema = z.object({
  /** CPU used, in cores. */
  cpuCores: z.number(),
  peakMemoryBytes: z.number(),
});

/** A machine that carried a share of the workers. */
const machineSchema = z.object({
  name: z.string(),
  node: z.string(),
  cores: count,
  /** Its client threads, and its share of the planned workers; in a closed model, the workers that began on it. */
  threads: count,
  workers: count,
  /** Its clock beside that of Redis. */
  clock: z.object({
    /** How far it is ahead. */
    aheadMs: z.number(),
    /** The error of that is at most this: half of the shortest round trip of its probes. */
    uncertaintyMs: z.number(),
    /** How far it moved during the run; null for a machine that did not come to its end. */
    driftMs: z.number().nullable(),
  }),
  /** How much later than agreed it started, by its own timer; null when it was lost before. */
  startLateMs: z.number().nullable(),
  schedule: scheduleSchema,
  /** Absent for a lost machine. */
  process: processSchema.optional(),
  /** Why nothing more was heard of it, and which workers were lost with it. Absent for a machine that came to its end. */
  lost: z.object({ why: z.string(), workers: z.string(), unfinished: count }).optional(),
});

/** A part of what was planned. */
const carriedOutSchema = z.object({
  /** `workers`: that started. `windows`: in which a connection dropped. */
  what: z.enum(["workers", "windows", "faults", "shutdown"]),
  planned: count,
  carriedOut: count,
  /** What did not happen and why, a line each. */
  missed: z.array(z.string()),
});
export type CarriedOut = z.infer<typeof carriedOutSchema>;

/**
 * The version of the format. 2: the invariant `books-agree` became `accounting-consistent`. 3: a reason of the verdict
 * has a code.
 */
export const SUMMARY_VERSION = 3;

export const summarySchema = z.object({
  version: z.literal(SUMMARY_VERSION),
  runId: z.string(),
  /** The engine: real threads, the simulated clock, or clients of a target over a network. */
  engine: z.enum(["threads", "virtual", "network"]),
  /** The target of a run over a network; absent when the platform is in this process. */
  target: z
    .object({
      /** `client`: this program is the workers' end of the network. */
      mode: z.enum(["client", "router"]),
      url: z.string(),
      dialect: z.string(),
      /** How workers send: at once, or as a browser's page does. */
      client: z.enum(["direct", "browser"]).optional(),
      /** Whether its database was read. */
      database: z.boolean(),
    })
    .optional(),
  scenario: z.object({ name: z.string(), description: z.string() }),
  /** The seed. Scenario and seed determine the plan. */
  seed: z.string(),
  plan: z.object({
    /** SHA-256 of the plan. */
    hash: z.string(),
    /** Simulated workers planned; in a closed model, the length of its sequence: no more begin. */
    workers: count,
    /** The closed models of the plan, all groups together. Absent when all workers arrive at planned times. */
    closed: z
      .object({
        /** The greatest number of workers that is kept. */
        atOnce: count,
        /** The length of the sequences, which is part of the workers planned. */
        workers: count,
        /** How long workers begin, ms. */
        arrivalsMs: z.number(),
      })
      .exactOptional(),
  }),
  /** The same as `plan.hash`. */
  planHash: z.string().optional(),
  /** SHA-256 of all events in their order, the same for every virtual run of this plan. Absent for real threads. */
  traceHash: z.string().optional(),
  /** The options of the command that differ from those of a plain run of the scenario, by name. */
  options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  /** The command that reproduces the run. */
  reproduce: z.string(),
  /** Start, ISO 8601, UTC. */
  startedAt: z.string(),
  /** From the start of the run, to which the plan's times are relative, to the end of the drain. */
  durationMs: z.number(),
  /**
   * The workers that arrived, over the time in which workers begin: a second. Only with a closed model, where the
   * platform decides it.
   */
  arrivalRate: z.number().optional(),
  /** How the run ended. */
  end: z.object({
    /** `finished`: by itself; `interrupted`: by the user; `aborted`: by a threshold. A failed run has no summary. */
    how: z.enum(["finished", "interrupted", "aborted"]),
    /** The reason, one line; null when finished. */
    why: z.string().nullable(),
  }),
  /** Whether the run passed, and the reasons when it did not. */
  verdict: verdictSchema,
  /** What the plan showed before the run: parts of it without an effect, a line each. Absent when there was nothing. */
  warnings: z.array(z.string()).optional(),
  /**
   * What was planned and how much of it happened. Absent in a run without a plan, and in summaries of older versions.
   */
  carriedOut: z.array(carriedOutSchema).optional(),
  /**
   * The workers that had not finished when the run was given up, and were cut off; not those for whom no partner was
   * left. 0 in a run that was ended early. Absent in summaries of older versions.
   */
  unfinished: count.optional(),
  /**
   * Agents by final status. `cut off`: live when the run was ended early or given up, which closed them. Their rows
   * have the status that the platform gave them then.
   */
  outcomes: z.object({
    agents: z.record(z.string(), count),
    onboardingAgents: z.record(z.string(), count),
  }),
  /**
   * The greatest number of units that were live at once: from the row of an agent to its final status, over a network
   * from the moment when a client was given its agent until it was done or gone. Absent in summaries of older versions.
   */
  peakLiveUnits: count.optional(),
  /**
   * Every trend of the metric catalogue by name that a run of this kind measures. The same applies to the next fields.
   */
  trends: z.record(z.string(), trendSchema),
  /** Every counter of the metric catalogue by name. */
  counters: z.record(z.string(), z.number()),
  /** Every rate of the metric catalogue by name. */
  rates: z.record(z.string(), z.object({ passes: count, total: count })),
  /** Every gauge of the metric catalogue by name; null when it was never set. */
  gauges: z.record(z.string(), z.number().nullable()),
  /**
   * The same figures by behaviour of the workers, and by phase of the run. Absent in summaries of older versions.
   */
  tagged: taggedSchema.optional(),
  /** `live_update_latency`, over a network `live_update_round_trip`, by interval, without intervals without samples. */
  overTime: z.array(
    z.object({ startMs: z.number(), lengthMs: z.number(), count, p50: z.number(), p99: z.number(), max: z.number() }),
  ),
  /** The machine's floor, measured in the same run for comparison with the trends; empty when it was not measured. */
  floor: z.array(z.object({ name: z.string(), doc: z.string(), trend: trendSchema })),
  /**
   * The scenario's faults that were injected: the time (ms since the start), the kind, the thread (absent when the
   * fault did not hit a single thread), and a description. Absent when there were none.
   */
  faults: z
    .array(
      z.object({
        atMs: z.number(),
        kind: z.enum([...THREAD_FAULT_KINDS, ...NETWORK_FAULT_KINDS]).optional(),
        thread: z.string().optional(),
        what: z.string(),
      }),
    )
    .optional(),
  /** The evidence that the faults destroyed, so that invariants could not be checked, a line each. Absent when none. */
  losses: z.array(z.string()).optional(),
  thresholds: z.array(
    z.object({
      metric: z.string(),
      expression: z.string(),
      /** In the unit of the expression: ms, a share, a count; null when there are no samples. */
      observed: z.number().nullable(),
      passed: z.boolean(),
      /** It failed in a run that was ended early, and the rest of the run could have met it: it is not judged. */
      brokenByEnd: z.literal(true).optional(),
    }),
  ),
  invariants: z.array(
    z.object({
      id: z.string(),
      statement: z.string(),
      held: z.boolean(),
      /** The number of checks. */
      checked: count,
      /** The number of checks that were impossible because the evidence was lost with its thread; absent when none. */
      unchecked: count.optional(),
      violationCount: count,
      /** The first violations. */
      violations: z.array(z.object({ what: z.string(), agentId: z.string().optional(), detail: z.string() })),
    }),
  ),
  /**
   * The invariants and thresholds that a run of this kind cannot check, and the reasons. Absent when there are none.
   */
  notChecked: z
    .array(z.object({ kind: z.enum(["invariant", "threshold"]), id: z.string(), why: z.string() }))
    .optional(),
  /**
   * The failures of requests to the target: what was expected and received, how often, when first. Absent when none.
   */
  failures: z.array(z.object({ what: z.string(), count, firstAtMs: z.number() })).optional(),
  /** Whether the planned load was generated, and the reason when it was not. Absent in summaries of older versions. */
  load: z.object({ generated: z.boolean(), why: z.string().nullable() }).optional(),
  /** Whether the generator kept its schedule: whether the p99 of its slip is within the bound. */
  schedule: scheduleSchema,
  /**
   * What the run and others used of the machine's cores, and whether others took it from the run. Absent where time is
   * simulated.
   */
  machine: z
    .object({
      /** Whether the system measured how long threads waited for a core, or the load average is an estimate of it. */
      waits: z.enum(["measured", "estimated"]),
      watchedMs: z.number(),
      /** The cores that the process may use. */
      cores: count,
      /**
       * CPU of this process, of other programs, what the hypervisor gave to other machines, and what the CPU limit of
       * the control group (a container's) kept from this process, in cores.
       */
      ownCores: z.number(),
      othersCores: z.number(),
      stolenCores: z.number(),
      throttledCores: z.number().default(0),
      /** Of the time in which threads of the run were ready, the share in which they waited for a core. */
      waitShare: z.number(),
      /** The part of `waitShare` for which others had the core. */
      takenShare: z.number(),
      /** The bound of `takenShare`. */
      boundShare: z.number(),
      /** Whether `takenShare` is above the bound. */
      taken: z.boolean(),
      /** The share of the time in which some program of the machine waited for a core; null where not told. */
      pressureShare: z.number().nullable(),
      /** Whether the CPU of other programs includes that of the target; `taken` is false then. */
      othersIncludeTarget: z.boolean(),
    })
    .optional(),
  /** What was written to with `--out`, in the order of the options. Absent when nothing was. */
  outputs: z
    .array(
      z.object({
        kind: z.enum(["csv", "ndjson", "otlp"]),
        /** The path of a file, or a URL without a password. */
        to: z.string(),
        /** What is counted: samples, or exports to a collector. */
        unit: z.enum(["samples", "exports"]),
        delivered: count,
        /** How many are missing there. */
        dropped: count,
        /** Why some are missing, one line; null when all were delivered. */
        problem: z.string().nullable(),
      }),
    )
    .optional(),
  /** The machines that made the load, and how each of them did. Absent when it was made by this process. */
  machines: z.array(machineSchema).optional(),
  /** The state of the harness itself. */
  health: z.object({
    /** Of all machines together. */
    process: processSchema,
    threads: z.array(
      z.object({
        thread: z.string(),
        watchedMs: z.number(),
        /** The delay of timers; null in a thread without an event loop. */
        eventLoopDelay: z.object({ p50Ms: z.number(), p99Ms: z.number(), maxMs: z.number() }).nullable(),
        gc: z.object({ count, totalMs: z.number(), maxMs: z.number(), major: count }),
        /** On a core, and ready and waiting for one; null where not known. Absent in summaries of older versions. */
        times: z.object({ cpuMs: z.number(), waitedMs: z.number().nullable() }).nullable().optional(),
      }),
    ),
    /**
     * CPU during the run, ms: of the simulated workers and the measuring (generator), of the platform, and the rest
     * (compilers and collectors of the runtime). What measures in the platform's threads is in the platform's part.
     * Absent where it is not known.
     */
    cpu: z
      .object({
        totalMs: z.number(),
        generatorMs: z.number(),
        platformMs: z.number(),
        runtimeMs: z.number(),
        threads: z.array(
          z.object({
            thread: z.string(),
            part: z.enum(["generator", "platform"]),
            cpuMs: z.number(),
            waitedMs: z.number().nullable(),
          }),
        ),
      })
      .optional(),
  }),
  environment: z.object({
    /** The version of crowdstorm. */
    crowdstorm: z.string(),
    node: z.string(),
    platform: z.string(),
    cpu: z.string(),
    cores: count,
    memoryBytes: z.number(),
    /** The git checkout in which the run was started. Absent where there was none, and in older summaries. */
    git: checkoutSchema.optional(),
  }),
});
export type Summary = z.infer<typeof summarySchema>;

/** The input of {@link buildSummary}. A field that is also in {@link Summary} has the same meaning there. */
export interface SummaryInput
  extends Pick<
    Summary,
    | "runId"
    | "engine"
    | "target"
    | "scenario"
    | "seed"
    | "plan"
    | "planHash"
    | "traceHash"
    | "options"
    | "reproduce"
    | "startedAt"
    | "end"
    | "warnings"
    | "carriedOut"
    | "outcomes"
    | "peakLiveUnits"
    | "faults"
    | "losses"
    | "notChecked"
    | "failures"
    | "machines"
    | "environment"
  > {
  readonly unfinished: number;
  readonly measurements: Measurements;
  readonly invariants: InvariantReport;
  readonly thresholds: readonly ThresholdResult[];
  readonly load: LoadVerdict;
  readonly schedule: ScheduleVerdict;
  /** Left out where time is simulated. */
  readonly machine?: MachineVerdict | undefined;
  readonly health: {
    readonly process: ProcessHealth;
    readonly threads: readonly ThreadHealth[];
    readonly cpu?: CpuUse | undefined;
  };
  readonly floor?: readonly { readonly name: string; readonly doc: string; readonly distribution: Distribution }[];
}

/** Builds the summary of a run and its verdict. @throws z.ZodError when the input has a number that JSON cannot hold */
export function buildSummary(input: SummaryInput): Summary {
  const { measurements, invariants, machine, carriedOut, floor = [], ...rest } = input;
  const facts = {
    end: input.end,
    unfinished: input.unfinished,
    ...(carriedOut !== undefined && { carriedOut, isStrict: Object.hasOwn(input.options, "strict") }),
    invariants: invariants.results,
    thresholds: input.thresholds,
    load: input.load,
    schedule: input.schedule,
    ...(machine !== undefined && { machine }),
    ...(input.machines !== undefined && { machines: input.machines }),
  };
  const { closed } = input.plan;
  return summarySchema.parse({
    ...rest,
    ...facts,
    ...(closed !== undefined && { arrivalRate: arrivalRateOf(measurements, closed.arrivalsMs) }),
    version: SUMMARY_VERSION,
    ...figuresOf(measurements, viewpointOf(input)),
    tagged: taggedFigures(measurements, viewpointOf(input)),
    verdict: judge(facts),
    floor: floor.map(({ name, doc, distribution }) => ({ name, doc, trend: summariseTrend(distribution) })),
  });
}

/** Workers that arrived a second. A run that ended early had less time than `plannedMs`. */
function arrivalRateOf({ counters, durationMs }: Measurements, plannedMs: number): number {
  return (counters.workers_started * 1000) / Math.min(plannedMs, durationMs);
}

/** The viewpoint of a run's measurements. */
export function viewpointOf({ engine, target }: Pick<Summary, "engine" | "target">): Viewpoint {
  if (engine !== "network") return "inside";
  return target?.database === true ? "clients-and-database" : "clients";
}

/** The part of a summary that is also known while the run is running. `from` is the viewpoint of the measurements. */
export function figuresOf(
  measurements: Measurements,
  from: Viewpoint = "inside",
): Pick<Summary, "durationMs" | "trends" | "counters" | "rates" | "gauges" | "overTime"> {
  const byName = <Name extends MetricName, Value>(names: readonly Name[], value: (name: Name) => Value) =>
    Object.fromEntries(names.filter((name) => isMeasured(name, from)).map((name) => [name, value(name)]));
  return {
    durationMs: measurements.durationMs,
    trends: byName(TREND_NAMES, (name) => summariseTrend(measurements.trends[name])),
    counters: byName(COUNTER_NAMES, (name) => measurements.counters[name]),
    rates: byName(RATE_NAMES, (name) => measurements.rates[name]),
    gauges: byName(GAUGE_NAMES, (name) => measurements.gauges[name] ?? null),
    overTime: measurements.intervals(mainTrend(from)).map(({ startMs, lengthMs, distribution }) => ({
      startMs,
      lengthMs,
      count: distribution.count,
      p50: distribution.percentile(50),
      p99: distribution.percentile(99),
      max: distribution.maxMs,
    })),
  };
}

/** The trend that is shown along time: of a live update. */
export function mainTrend(from: Viewpoint): "live_update_latency" | "live_update_round_trip" {
  return from === "inside" ? "live_update_latency" : "live_update_round_trip";
}
