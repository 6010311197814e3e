/** Completes the measurements of a finished run with what its evidence and its database show. */
import type { AgentAudit } from "../../platform/db/index.js";
import { checkInvariants, countFindings, type InvariantReport, type RunEvidence } from "../check/index.js";
import { createRecorder, type Collector, type Measurements } from "../measure/index.js";
import type { Plan } from "../scenario/index.js";
import type { FaultInjection } from "../faults/index.js";

/** The end of a run, which both a run with files and a seed of a sweep have. */
export interface MeasuredRun {
  readonly collector: Collector;
  readonly evidence: RunEvidence;
  readonly audit: readonly AgentAudit[];
  readonly plan: Plan;
  readonly injection: FaultInjection;
  readonly originMs: number;
  readonly durationMs: number;
}

export interface RunMeasurements {
  readonly invariants: InvariantReport;
  readonly measurements: Measurements;
  /** The workers of killed client threads. */
  readonly lostWorkers: number;
}

/** Checks the invariants and adds the findings, the completed tasks and the lost workers. Once a run. */
export function measureEnd(run: MeasuredRun): RunMeasurements {
  const { collector, evidence, audit, plan, injection, originMs, durationMs } = run;
  const invariants = checkInvariants(evidence);
  const recorder = createRecorder({ thread: "coordinator", originMs });
  countFindings(invariants, recorder);
  for (const { agentType, status } of audit) {
    if (agentType === "main") recorder.observe("task_completion", status === "completed" || status === "approved");
  }
  const lostWorkers = injection.lostClients.size === 0 ? 0 : workersLeft(collector, plan);
  recorder.count("workers_cut_off", lostWorkers);
  collector.add(recorder.take());
  return { invariants, measurements: collector.measurements(durationMs), lostWorkers };
}

/** The workers that have neither finished nor been stopped: those of killed client threads. */
function workersLeft(collector: Collector, { workers }: Plan): number {
  const { workers_finished: finished, workers_cut_off: cutOff } = collector.measurements(1).counters;
  return workers - finished - cutOff;
}
