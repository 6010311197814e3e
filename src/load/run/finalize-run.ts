/** From the evidence and the measurements of a finished run to its summary and its files. */
import { availableParallelism, cpus, totalmem } from "node:os";
import type { Floor } from "../measure/floor/index.js";
import type { AgentAudit } from "../../platform/db/index.js";
import { liveSpansOf, outcomesOf, peakOf, type RunEvidence } from "../check/index.js";
import {
  evaluate,
  evaluateEndedEarly,
  loadGenerated,
  scheduleKept,
  type Collector,
  type LoadVerdict,
  type Measurements,
  type ScheduleVerdict,
} from "../measure/index.js";
import { judgeMachine, type MachineRecord } from "../measure/machine/index.js";
import {
  buildReportData,
  buildSummary,
  latencyByPart,
  gitCheckout,
  type SlowAgent,
  type Summary,
  type SummaryInput,
} from "../../results/index.js";
import { writeRun } from "../../report/index.js";
import type { LoadedScenario, Plan } from "../scenario/index.js";
import { packageVersion } from "../../vocabulary/index.js";
import { plannedOf } from "./carried-out.js";
import { hlogOf, identityOf } from "./describe-run.js";
import { judgedThresholds } from "./judged-thresholds.js";
import { measureEnd } from "./measure-end.js";
import { phasesOf, slowestAgents, statusEventsOf } from "./timeline.js";
import { lossesOf, type FaultInjection } from "../faults/index.js";

/** A run whose p99 of schedule slip is above this did not generate the planned load, ms. */
export const SLIP_BOUND_MS = 100;

export interface FinalizeRunInput {
  readonly runId: string;
  readonly directory: string;
  readonly engine: Summary["engine"];
  readonly loaded: LoadedScenario;
  readonly plan: Plan;
  readonly options: Summary["options"];
  readonly reproduce: string;
  readonly startedAt: Date;
  readonly originMs: number;
  readonly durationMs: number;
  /** When the run was ended early or given up, ms on its clock. */
  readonly cutAtMs: number;
  readonly end: Summary["end"];
  readonly collector: Collector;
  readonly audit: readonly AgentAudit[];
  readonly evidence: RunEvidence;
  /** Whether people make the load, and no plan. */
  readonly isServed?: boolean;
  /** The hash of the run's trace, where there is one. */
  readonly traceHash?: string;
  /** The faults of the scenario that happened. */
  readonly injection: FaultInjection;
  /** Adds the sequence diagrams of the report's slowest agents, in a run with a trace. */
  readonly attachSequences?: (agents: SlowAgent[]) => SlowAgent[];
  /** The faults that were drawn under simulated time. */
  readonly drawn?: readonly { readonly label: string; readonly atMs: number }[];
  /** What was used of the machine; absent where time is simulated. */
  readonly machine?: MachineRecord;
  readonly health: SummaryInput["health"];
  /** The floor of the machine, measured in this run; absent where time is simulated. */
  readonly floor?: readonly Floor[];
}

/** A run without simulated workers has no schedule that it could miss. */
function scheduleVerdict({ isServed, plan, injection }: FinalizeRunInput, measurements: Measurements): ScheduleVerdict {
  const verdict = scheduleKept(measurements, SLIP_BOUND_MS + injection.allowanceMs);
  return isServed === true && plan.workers === 0 ? { ...verdict, kept: true } : verdict;
}

/** No worker is planned. */
const NOT_PLANNED: LoadVerdict = { generated: true, why: null };

/**
 * Checks the evidence, evaluates the thresholds and writes the files. Throws ResultsError when it cannot write them.
 */
export function finalizeRun(input: FinalizeRunInput): Summary {
  const { runId, directory, loaded, plan, durationMs, startedAt, audit, evidence, injection } = input;
  const { invariants, measurements, lostWorkers, unfinished, cut } = measureEnd(input);
  const { scenario } = loaded;
  const ran = { end: input.end, durationMs, measurements, happened: injection.happened };
  const { judged, notJudged } = judgedThresholds(scenario.thresholds, "inside");
  const summary = buildSummary({
    ...identityOf(input, startedAt),
    engine: input.engine,
    ...(input.traceHash !== undefined && { traceHash: input.traceHash }),
    end: input.end,
    ...(input.isServed === true ? {} : plannedOf(input, { ...ran, isOverNetwork: false })),
    outcomes: outcomesOf(audit, cut),
    unfinished: input.isServed === true ? 0 : unfinished,
    peakLiveUnits: peakOf(liveSpansOf(audit)),
    measurements,
    invariants,
    thresholds: (cut.isEarly ? evaluateEndedEarly : evaluate)(judged, measurements),
    ...(notJudged.length > 0 && { notChecked: notJudged }),
    load: input.isServed === true ? NOT_PLANNED : loadGenerated(measurements, plan.workers, lostWorkers),
    schedule: scheduleVerdict(input, measurements),
    ...(input.machine !== undefined && { machine: judgeMachine(input.machine.use, input.machine) }),
    ...(plan.faults !== undefined && { faults: [...injection.happened], losses: lossesOf(injection, evidence) }),
    health: input.health,
    ...(input.floor !== undefined && { floor: input.floor }),
    environment: environment(),
  });
  const slowest = slowestAgents(evidence.tasks, audit, input.originMs);
  const report = buildReportData({
    runId,
    scenario: scenario.name,
    measurements,
    parts: latencyByPart(measurements, "inside"),
    phases: phasesOf(scenario, plan, durationMs, injection.happened),
    ...(input.drawn !== undefined && { faults: input.drawn }),
    statusEvents: statusEventsOf(audit, input.originMs),
    slowest: input.attachSequences?.(slowest) ?? slowest,
    machine: input.machine,
    from: "inside",
  });
  const hlog = hlogOf(runId, startedAt, measurements);
  writeRun(directory, { summary, hlog, scenario: loaded.text, report });
  return summary;
}

/** What the run was on. */
export function environment(): Summary["environment"] {
  const git = gitCheckout(process.cwd(), process.env);
  return {
    crowdstorm: packageVersion(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    ...(git !== undefined && { git }),
  };
}
