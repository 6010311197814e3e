/** From the notes of the clients and the rows of the target to the summary and the files of a run over a network. */
import { writeRun } from "../../../report/index.js";
import { buildReportData, buildSummary, type StatusEvent, type Summary } from "../../../results/index.js";
import { isFinal, type AgentStatus } from "../../../vocabulary/index.js";
import { limits } from "../../../platform/server/protocol/index.js";
import {
  checkNetworkInvariants,
  type InvariantReport,
  type NetworkEvidence,
  type OutsideAgentEvidence,
  type OutsideRow,
} from "../../check/index.js";
import {
  createRecorder,
  evaluate,
  formatHlog,
  isMeasured,
  loadGeneratedOver,
  parseThresholds,
  scheduleKept,
  type Threshold,
  type Viewpoint,
} from "../../measure/index.js";
import { judgeMachine } from "../../measure/machine/index.js";
import { isLoopback, type NetworkFailure, type NetworkNotesReport } from "../../network/index.js";
import { planHash } from "../../scenario/index.js";
import { environment, SLIP_BOUND_MS, version } from "../finalize-run.js";
import { phasesOf } from "../timeline.js";
import type { NetworkEngine, NetworkRun } from "./network-engine.js";
import type { NetworkRunEnd } from "./network-lifecycle.js";

/** Checks, judges and writes the run. Throws ResultsError when it cannot be written. */
export function finalizeNetworkRun(
  run: NetworkRun,
  directory: string,
  engine: NetworkEngine,
  { end, durationMs, notes, observed, router }: NetworkRunEnd,
): Summary {
  const { loaded, plan, target, runId } = run;
  const { originMs, startedAt, processWatch, machineWatch } = engine.started;
  const machine = machineWatch.stop();
  const { collector } = engine;
  const { rows, problem, scraped } = observed;
  const from = rows === undefined ? "clients" : "clients-and-database";
  const reports = reportsOf(engine);
  for (const { snapshot } of reports) collector.add(snapshot);
  const evidence = evidenceOf(notes, rows, run.answersEach, originMs + durationMs);
  const checked = checkNetworkInvariants(evidence, problem);
  collector.add(findingsOf(evidence, checked.results, originMs));
  const measurements = collector.measurements(durationMs);
  const { judged, notJudged } = measurable(parseThresholds(loaded.scenario.thresholds), from);
  const failures = failuresOf(notes, originMs);
  const hash = planHash(plan);
  const summary = buildSummary({
    runId,
    engine: "network",
    target: {
      mode: router === undefined ? "client" : "router",
      url: engine.url,
      dialect: run.dialectName,
      client: target.client,
      database: rows !== undefined,
    },
    scenario: { name: loaded.scenario.name, description: loaded.scenario.description },
    seed: String(plan.seed),
    plan: { hash, workers: plan.workers },
    planHash: hash,
    options: run.options,
    reproduce: run.reproduce,
    startedAt: startedAt.toISOString(),
    end,
    outcomes: outcomesOf(evidence),
    measurements,
    invariants: { results: checked.results, updates: NO_TALLY },
    thresholds: evaluate(judged, measurements),
    notChecked: [...checked.unchecked.map((each) => ({ kind: "invariant" as const, ...each })), ...notJudged],
    ...(failures.length > 0 && { failures }),
    ...ofRouter(router),
    load: loadGeneratedOver(measurements, plan.workers, {
      unregistered: unregistered(evidence, router),
      why: failures[0]?.what,
    }),
    schedule: scheduleKept(measurements, SLIP_BOUND_MS),
    machine: judgeMachine(machine.use, {
      ...machine,
      // A backend that connects to the router may be on this machine.
      othersIncludeTarget: router !== undefined || isLoopback(target.address.ip),
    }),
    health: { process: processWatch.stop(), threads: reports.map(({ health }) => health) },
    environment: environment(),
  });
  const report = buildReportData({
    runId,
    scenario: loaded.scenario.name,
    measurements,
    phases: phasesOf(loaded.scenario, plan, durationMs, router?.faults),
    statusEvents: evidence.agents.flatMap((agent) => statusEventsOf(agent, originMs)),
    slowest: [],
    ...(scraped !== undefined && { scraped }),
    from,
  });
  const hlog = formatHlog(measurements, {
    startEpochMs: startedAt.getTime(),
    comment: `crowdstorm ${version}, run ${runId}`,
  });
  writeRun(directory, { summary, hlog, scenario: loaded.text, report });
  return summary;
}

function reportsOf({ started: { clients, router } }: NetworkEngine) {
  return [...clients.reports(), ...(router?.reports() ?? [])].filter((report) => report !== undefined);
}

/** The faults of the router that happened, and what it lost. */
function ofRouter(router: NetworkRunEnd["router"]): Pick<Summary, "faults" | "losses"> {
  const { faults = [], losses = [] } = router ?? {};
  return {
    ...(faults.length > 0 && { faults: [...faults] }),
    ...(losses.length > 0 && { losses: [...losses] }),
  };
}

/** How many workers could not register. What the router lost had been sent. */
function unregistered({ registrations }: NetworkEvidence, router: NetworkRunEnd["router"]): number {
  return Math.max(0, registrations.filter(isUnregistered).length - (router?.lostRegistrations ?? 0));
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

/** What follows from the evidence, as measurements. */
function findingsOf(evidence: NetworkEvidence, results: InvariantReport["results"], originMs: number) {
  const recorder = createRecorder({ thread: "coordinator", originMs });
  recorder.count(
    "invariant_violations",
    results.reduce((sum, { violationCount }) => sum + violationCount, 0),
  );
  recorder.count(
    "updates_unanswered",
    evidence.agents.reduce((sum, { unanswered }) => sum + unanswered, 0),
  );
  const agents = new Map(evidence.agents.map((agent) => [agent.agentId, agent]));
  for (const { agentId, isOnboarding, status, finalSeenAtMs } of evidence.rows ?? []) {
    if (!isOnboarding) recorder.observe("task_completion", status === "completed" || status === "approved");
    const { goneAtMs, heartbeatAtMs, submit } = agents.get(agentId) ?? {};
    if (goneAtMs === undefined || heartbeatAtMs === undefined || submit !== undefined) continue;
    if (finalSeenAtMs !== undefined && finalSeenAtMs >= heartbeatAtMs)
      recorder.trend("loss_detection").record(finalSeenAtMs - heartbeatAtMs, finalSeenAtMs);
  }
  return recorder.take();
}

function measurable(
  thresholds: readonly Threshold[],
  from: Viewpoint,
): {
  readonly judged: readonly Threshold[];
  readonly notJudged: NonNullable<Summary["notChecked"]>;
} {
  return {
    judged: thresholds.filter(({ metric }) => isMeasured(metric, from)),
    notJudged: thresholds
      .filter(({ metric }) => !isMeasured(metric, from))
      .map(({ metric, expression }) => ({
        kind: "threshold",
        id: `${metric} ${expression}`,
        why: "the metric cannot be measured from outside",
      })),
  };
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
function outcomesOf({ agents, rows }: NetworkEvidence): Summary["outcomes"] {
  const known =
    rows ??
    agents.map(({ isOnboarding, statuses, submit }) => ({
      isOnboarding,
      status: submit?.answeredAtMs === undefined ? `last told: ${statuses.at(-1)?.status ?? "nothing"}` : "submitted",
    }));
  const of = (isOnboarding: boolean): Record<string, number> => {
    const counts = new Map<string, number>();
    for (const each of known)
      if (each.isOnboarding === isOnboarding) counts.set(each.status, (counts.get(each.status) ?? 0) + 1);
    return Object.fromEntries(counts);
  };
  return { agents: of(false), onboardingAgents: of(true) };
}

/** An agent's statuses as its client received them; a client that submitted receives no more. */
function statusEventsOf(
  { isOnboarding, givenAtMs, statuses, submit }: OutsideAgentEvidence,
  originMs: number,
): StatusEvent[] {
  let from: string | null = null;
  const isOver = statuses.some(({ status }) => isFinal(status as AgentStatus));
  return [
    { status: "none", atMs: givenAtMs },
    ...statuses,
    ...(submit?.answeredAtMs !== undefined && !isOver ? [{ status: "submitted", atMs: submit.answeredAtMs }] : []),
  ].map(({ status, atMs }) => {
    const event: StatusEvent = {
      agentType: isOnboarding ? "onboarding" : "main",
      from,
      to: status,
      atMs: Math.max(0, atMs - originMs),
    };
    from = status;
    return event;
  });
}
