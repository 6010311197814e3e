/** From the notes of the clients and the rows of the target to the summary and the files of a run over a network. */
import { writeRun } from "../../../report/index.js";
import {
  buildReportData,
  buildSummary,
  latencyByPart,
  type ReportInput,
  type StatusEvent,
  type Summary,
} from "../../../results/index.js";
import { increment, isFinal, timesSince } from "../../../vocabulary/index.js";
import { limits } from "../../../platform/server/protocol/index.js";
import {
  checkNetworkInvariants,
  CUT_OFF,
  isCompletion,
  liveSpansOfClients,
  peakOf,
  type InvariantReport,
  type NetworkEvidence,
  type OutsideAgentEvidence,
  type OutsideRow,
} from "../../check/index.js";
import {
  createRecorder,
  evaluate,
  evaluateEndedEarly,
  loadGeneratedOver,
  scheduleKept,
  type Measurements,
  type SampledWorker,
  type WorkerRecorder,
} from "../../measure/index.js";
import { judgeMachine, type MachineRecord, type MachineVerdict } from "../../measure/machine/index.js";
import { isLoopback, type NetworkFailure, type NetworkNotesReport } from "../../network/index.js";
import { workerIndexOf } from "../../workers/index.js";
import { plannedOf } from "../carried-out.js";
import { hlogOf, identityOf } from "../describe-run.js";
import { environment, SLIP_BOUND_MS } from "../finalize-run.js";
import { recorderOfWorker, registeredWorker } from "../roles/agent-behaviours.js";
import { statusChanges, phasesOf } from "../timeline.js";
import { judgedThresholds } from "../judged-thresholds.js";
import { cutOffAgents, type IsCutOff } from "./cut-off-agents.js";
import type { NetworkEngine, NetworkRun } from "./network-engine.js";
import type { NetworkRunEnd } from "./network-lifecycle.js";
import { healthOf } from "./network-use.js";

/** Checks, judges and writes the run. Throws ResultsError when it cannot be written. */
export function finalizeNetworkRun(
  run: NetworkRun,
  directory: string,
  engine: NetworkEngine,
  { end, durationMs, stoppedAtMs, notes, observed, router }: NetworkRunEnd,
): Summary {
  const { loaded, plan, runId } = run;
  const { originMs, startedAt, processWatch, machineWatch, coordinatorTimes } = engine.started;
  const machine = machineWatch.stop();
  const here = { process: processWatch.stop(), coordinator: timesSince(coordinatorTimes), use: machine.use };
  const { collector } = engine;
  const { rows, problem, scraped } = observed;
  const from = rows === undefined ? "clients" : "clients-and-database";
  const { snapshots, threads, machines, losses, isLost } = engine.report();
  for (const snapshot of snapshots) collector.add(snapshot);
  const evidence = {
    ...evidenceOf(notes, rows, run.answersEach, originMs + durationMs),
    ...(isLost !== undefined && { isLost: lostWorkers(`${runId}-`, isLost) }),
  };
  const checked = checkNetworkInvariants(evidence, problem);
  const isEarly = end.how !== "finished";
  const isCut = isEarly ? cutOffAgents(evidence, stoppedAtMs) : () => false;
  collector.add(findingsOf(evidence, checked.results, run, originMs, isCut));
  const measurements = collector.measurements(durationMs);
  const { judged, notJudged } = judgedThresholds(loaded.scenario.thresholds, from);
  const failures = failuresOf(notes, originMs);
  const summary = buildSummary({
    ...identityOf(run, startedAt),
    engine: "network",
    target: {
      mode: router === undefined ? "client" : "router",
      url: engine.url,
      dialect: run.dialectName,
      client: run.target.client,
      database: rows !== undefined,
    },
    end,
    ...plannedOf(run, { end, durationMs, measurements, happened: router?.faults ?? [], isOverNetwork: true }),
    outcomes: outcomesOf(evidence, isCut),
    unfinished: isEarly ? 0 : unfinishedOf(measurements, evidence, machines ?? [], router?.lostRegistrations),
    peakLiveUnits: peakOf(liveSpansOfClients(evidence.agents)),
    measurements,
    invariants: { results: checked.results, updates: NO_TALLY, deviating: [] },
    thresholds: (isEarly ? evaluateEndedEarly : evaluate)(judged, measurements),
    notChecked: [...checked.unchecked.map((each) => ({ kind: "invariant" as const, ...each })), ...notJudged],
    ...(failures.length > 0 && { failures }),
    ...ofRouter(router, losses),
    ...(machines !== undefined && { machines: [...machines] }),
    load: loadGeneratedOver(measurements, plan.workers, { ...requestsOf(evidence, router), why: failures[0]?.what }),
    schedule: scheduleKept(measurements, SLIP_BOUND_MS),
    ...(machines === undefined && { machine: machineVerdict(machine, run, router) }),
    health: healthOf(here, threads, machines),
    environment: environment(),
  });
  const report = buildReportData({
    ...chartsOf(run, { durationMs, evidence, originMs, router }),
    measurements,
    parts: latencyByPart(measurements, from),
    machine: machines === undefined ? machine : undefined,
    ...(scraped !== undefined && { scraped }),
    from,
  });
  const hlog = hlogOf(runId, startedAt, measurements);
  writeRun(directory, { summary, hlog, scenario: loaded.text, report });
  return summary;
}

/** The part of the charts that is no measurement. */
function chartsOf(
  { runId, loaded, plan }: NetworkRun,
  {
    durationMs,
    evidence,
    originMs,
    router,
  }: {
    readonly durationMs: number;
    readonly evidence: NetworkEvidence;
    readonly originMs: number;
    readonly router: NetworkRunEnd["router"];
  },
): Pick<ReportInput, "runId" | "scenario" | "phases" | "statusEvents" | "slowest"> {
  return {
    runId,
    scenario: loaded.scenario.name,
    phases: phasesOf(loaded.scenario, plan, durationMs, router?.faults),
    statusEvents: evidence.agents.flatMap((agent) => receivedStatuses(agent, originMs)),
    slowest: [],
  };
}

/** A target on this machine, or a backend that may be, is no other program that takes the machine. */
function machineVerdict(
  record: MachineRecord,
  { target }: NetworkRun,
  router: NetworkRunEnd["router"],
): MachineVerdict {
  const othersIncludeTarget = router !== undefined || isLoopback(target.address.ip);
  return judgeMachine(record.use, { ...record, othersIncludeTarget });
}

/** The faults of the router that happened, and the evidence that was lost. */
function ofRouter(
  router: NetworkRunEnd["router"],
  losses: readonly string[] = router?.losses ?? [],
): Pick<Summary, "faults" | "losses"> {
  const { faults = [] } = router ?? {};
  return {
    ...(faults.length > 0 && { faults: [...faults] }),
    ...(losses.length > 0 && { losses: [...losses] }),
  };
}

/** Whether the evidence about a worker was lost, by its name. `prefix`: of the names. */
function lostWorkers(prefix: string, isLost: (index: number) => boolean): (workerName: string) => boolean {
  return (name) => {
    const index = workerIndexOf(name, prefix);
    return index !== undefined && isLost(index);
  };
}

/** How requests fared. A registration that the router lost had been sent. */
function requestsOf({ registrations, agents }: NetworkEvidence, router: NetworkRunEnd["router"]) {
  const submits = agents.flatMap(({ submit }) => submit ?? []);
  return {
    unregistered: Math.max(0, registrations.filter(isUnregistered).length - (router?.lostRegistrations ?? 0)),
    submits: {
      sent: submits.length,
      answered: submits.filter(({ answeredAtMs }) => answeredAtMs !== undefined).length,
    },
  };
}

/** Updates are not followed into the task's code. */
const NO_TALLY: InvariantReport["updates"] = { sent: 0, taken: 0, duplicated: 0, lost: 0, accounted: 0 };

function evidenceOf(
  notes: readonly NetworkNotesReport[],
  rows: readonly OutsideRow[] | undefined,
  answersEach: boolean,
  endedAtMs: number,
): NetworkEvidence {
  return {
    registrations: notes.flatMap(({ registrations }) => registrations),
    agents: notes.flatMap(({ agents }) => agents),
    ...(rows !== undefined && { rows }),
    answersEach,
    lossBoundMs: limits.LOSS_NOTICED_MS,
    endedAtMs,
  };
}

/** A worker that was neither given an agent nor refused one. */
function isUnregistered({
  failed,
  agents,
  onboardingAgents,
  refused,
}: NetworkEvidence["registrations"][number]): boolean {
  return failed > 0 && agents.length + onboardingAgents.length === 0 && refused === undefined;
}

/** A status that was not polled for longer than this may have changed long before it was seen, ms. */
const MAX_POLL_GAP_MS = 2500;

/** What follows from the evidence, as measurements. */
function findingsOf(
  evidence: NetworkEvidence,
  results: InvariantReport["results"],
  { runId, plan, samples }: NetworkRun,
  originMs: number,
  isCut: IsCutOff,
) {
  const now = (): number => evidence.endedAtMs;
  const keepSamples = samples !== undefined;
  const recorder = createRecorder({ thread: "coordinator", originMs, tags: plan.tags, now, keepSamples });
  const agents = new Map(evidence.agents.map((agent) => [agent.agentId, agent]));
  const workerOf = (agentId: string): SampledWorker | undefined => {
    const agent = agents.get(agentId);
    const worker = agent && registeredWorker(plan, agent.registrationId, `${runId}-`);
    return worker && { ...worker, agentId };
  };
  const recorderOf = (agentId: string): WorkerRecorder => recorderOfWorker(recorder, workerOf(agentId));
  recorder.count(
    "invariant_violations",
    results.reduce((sum, { violationCount }) => sum + violationCount, 0),
  );
  for (const { agentId, unanswered, goneAtMs } of evidence.agents)
    recorderOf(agentId).count("updates_unanswered", unanswered, goneAtMs);
  for (const { agentId, isOnboarding, status, finalSeenAtMs, notFinalAtMs } of evidence.rows ?? []) {
    if (!isOnboarding && !isCut(agentId, status))
      recorderOf(agentId).observe("task_completion", isCompletion(status), finalSeenAtMs);
    const { goneAtMs, heartbeatAtMs, submit } = agents.get(agentId) ?? {};
    if (goneAtMs === undefined || heartbeatAtMs === undefined || submit !== undefined) continue;
    if (finalSeenAtMs === undefined || notFinalAtMs === undefined || finalSeenAtMs < heartbeatAtMs) continue;
    if (finalSeenAtMs - notFinalAtMs <= MAX_POLL_GAP_MS)
      recorderOf(agentId)
        .trend("loss_detection")
        .record(finalSeenAtMs - heartbeatAtMs, finalSeenAtMs, workerOf(agentId));
  }
  return recorder.take();
}

/** The failures of all threads, the most frequent first. */
function failuresOf(notes: readonly NetworkNotesReport[], originMs: number): NonNullable<Summary["failures"]> {
  const byText = new Map<string, NetworkFailure>();
  for (const failure of notes.flatMap(({ failures }) => failures)) {
    const known = byText.get(failure.what);
    byText.set(failure.what, {
      what: failure.what,
      count: failure.count + (known?.count ?? 0),
      firstAtMs: Math.min(failure.firstAtMs, known?.firstAtMs ?? Infinity),
    });
  }
  return [...byText.values()]
    .sort((a, b) => b.count - a.count || a.firstAtMs - b.firstAtMs)
    .map(({ what, count, firstAtMs }) => ({ what, count, firstAtMs: firstAtMs - originMs }));
}

/** Agents by their status in the database, or else by what their clients know. */
function outcomesOf({ agents, rows }: NetworkEvidence, isCut: IsCutOff): Summary["outcomes"] {
  const known =
    rows ??
    agents.map(({ agentId, isOnboarding, statuses, submit }) => ({
      agentId,
      isOnboarding,
      status:
        submit?.answeredAtMs === undefined ? `last status sent: ${statuses.at(-1)?.status ?? "nothing"}` : "submitted",
    }));
  const of = (isOnboarding: boolean): Record<string, number> => {
    const counts = new Map<string, number>();
    for (const each of known) {
      if (each.isOnboarding !== isOnboarding) continue;
      const outcome = isCut(each.agentId, each.status) ? CUT_OFF : each.status;
      increment(counts, outcome);
    }
    return Object.fromEntries(counts);
  };
  return { agents: of(false), onboardingAgents: of(true) };
}

/**
 * The workers that had something to do when the run was given up. Not those of a lost machine, which are a reason of
 * their own, nor those whose registration was lost with the backend's connection, who wait for its answer as a page
 * does.
 */
function unfinishedOf(
  { counters }: Measurements,
  { agents }: NetworkEvidence,
  machines: NonNullable<Summary["machines"]>,
  lostRegistrations = 0,
): number {
  const lost = machines.reduce((sum, machine) => sum + (machine.lost?.unfinished ?? 0), 0);
  const withoutPartner = agents.filter(({ statuses }) => statuses.at(-1)?.status === "waiting").length;
  return Math.max(0, counters.workers_cut_off - lost - lostRegistrations - withoutPartner);
}

/** An agent's statuses as its client received them; a client that submitted receives no more. */
function receivedStatuses(
  { isOnboarding, givenAtMs, statuses, submit }: OutsideAgentEvidence,
  originMs: number,
): StatusEvent[] {
  const isOver = statuses.some(({ status }) => isFinal(status));
  const received = [
    { status: "none", atMs: givenAtMs },
    ...statuses,
    ...(submit?.answeredAtMs !== undefined && !isOver ? [{ status: "submitted", atMs: submit.answeredAtMs }] : []),
  ];
  return statusChanges(
    isOnboarding ? "onboarding" : "main",
    received.map(({ status, atMs }) => ({ status, atMs: Math.max(0, atMs - originMs) })),
  );
}
