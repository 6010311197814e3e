/** Completes the measurements of a finished run with what its evidence and its database show. */
import type { AgentAudit } from "../../platform/db/index.js";
import {
  checkInvariants,
  countFindings,
  CUT_OFF,
  isCompletion,
  agentIdOfAudit,
  outcomeOf,
  withoutPartner,
  type FindingRecorder,
  type InvariantReport,
  type RunCut,
  type RunEvidence,
} from "../check/index.js";
import { createRecorder, type Collector, type Measurements } from "../measure/index.js";
import type { Plan } from "../scenario/index.js";
import type { FaultInjection } from "../faults/index.js";
import { plannedWorker, recorderOfWorker } from "./roles/agent-behaviours.js";
import { countCutOff, sumOf, unfinishedWorkers } from "./unfinished-workers.js";

/** The end of a run, which both a run with files and a seed of a sweep have. */
export interface MeasuredRun {
  readonly collector: Collector;
  readonly evidence: RunEvidence;
  readonly audit: readonly AgentAudit[];
  readonly plan: Plan;
  readonly injection: FaultInjection;
  readonly originMs: number;
  readonly durationMs: number;
  /** When the run was ended early or given up, ms on its clock. */
  readonly cutAtMs: number;
  readonly end: { readonly how: "finished" | "interrupted" | "aborted" };
}

export interface RunMeasurements {
  readonly invariants: InvariantReport;
  readonly measurements: Measurements;
  /** The workers of killed client threads. */
  readonly lostWorkers: number;
  /** The other workers that had something to do when the run was given up; 0 when it was ended early. */
  readonly unfinished: number;
  readonly cut: RunCut;
}

/** Checks the invariants, and adds what is known only after the run to its measurements. Once a run. */
export function measureEnd(run: MeasuredRun): RunMeasurements {
  const invariants = checkInvariants(run.evidence);
  const cut: RunCut = { atMs: run.cutAtMs, isEarly: run.end.how !== "finished" };
  const lostWorkers = recordFindings(run, invariants, cut);
  const measurements = run.collector.measurements(run.durationMs);
  const { workers_cut_off: cutOff } = measurements.counters;
  const unfinished = cut.isEarly ? 0 : Math.max(0, cutOff - lostWorkers - withoutPartner(run.audit, cut));
  return { invariants, measurements, lostWorkers, unfinished, cut };
}

/** Returns how many workers killed threads left unfinished. */
function recordFindings(run: MeasuredRun, invariants: InvariantReport, cut: RunCut): number {
  const { plan, collector, originMs, durationMs, audit, injection } = run;
  const endMs = originMs + durationMs;
  const { keepsSamples: keepSamples } = collector;
  const recorder = createRecorder({ thread: "coordinator", originMs, tags: plan.tags, now: () => endMs, keepSamples });
  const agents = new Map(audit.map((agent) => [agentIdOfAudit(agent), agent]));
  const recorderOf = (agent: AgentAudit | undefined): FindingRecorder => {
    const worker = agent && plannedWorker(plan, agent.workerName);
    return {
      recorder: recorderOfWorker(recorder, worker && { ...worker, agentId: agentIdOfAudit(agent) }),
      atMs: agent?.history.at(-1)?.at,
    };
  };
  countFindings(invariants, recorder, (agentId) => recorderOf(agents.get(agentId)));
  for (const agent of audit) {
    if (agent.agentType !== "main") continue;
    const outcome = outcomeOf(agent, cut);
    // How an agent would have ended is not known when the run was ended early.
    if (cut.isEarly && outcome === CUT_OFF) continue;
    const { recorder: own, atMs } = recorderOf(agent);
    own.observe("task_completion", isCompletion(outcome), atMs);
  }
  const unfinished: ReadonlyMap<string, number> =
    injection.lostClients.size === 0 ? new Map() : unfinishedWorkers(plan, collector.measurements(1));
  countCutOff(unfinished, recorder, endMs);
  collector.add(recorder.take());
  return sumOf(unfinished);
}
