/**
 * The invariants of every run, in both engines, checked on the evidence of its threads (`evidence.ts`). Pure: the same
 * evidence gives the same findings. Each result has the number of checks, which shows an invariant that holds only
 * because there was nothing to check.
 */
import {
  nothingTaken,
  type ClientEvidence,
  type RowEvidence,
  type RunEvidence,
  type TaskEvidence,
} from "./evidence.js";
import type { Recorder, WorkerRecorder } from "../measure/index.js";
import type { NetworkInvariantId } from "./network-invariant-ids.js";
import { at, isFinal, own } from "../../vocabulary/index.js";

export type InvariantId =
  | "updates-exactly-once-in-order"
  | "no-early-timeout"
  | "absent-waiter-released"
  | "one-agent-per-unit"
  | "accounting-consistent"
  | "final-status"
  | "acknowledged-is-durable";

export interface Violation {
  /** What is wrong, in a few words that are the same for every violation of the kind. */
  readonly what: string;
  /** The agent concerned; absent when the violation concerns no agent. */
  readonly agentId?: string;
  /** The figures of this case. */
  readonly detail: string;
}

export interface InvariantResult {
  readonly id: InvariantId | NetworkInvariantId;
  /** The invariant as a sentence. */
  readonly statement: string;
  readonly held: boolean;
  /** How many things were checked: updates, waits, holdings, labels, rows or acknowledgements. */
  readonly checked: number;
  /** How many things could not be checked because their evidence was lost with a thread; absent when all could be. */
  readonly unchecked?: number;
  /** How many violations there are. */
  readonly violationCount: number;
  /** The first {@link VIOLATIONS_KEPT} of them. */
  readonly violations: readonly Violation[];
}

/**
 * The live updates of a run by outcome. If no update was taken that was not sent, `sent` = taken once + `lost` +
 * `accounted`.
 */
export interface UpdateTally {
  readonly sent: number;
  /** Every take, repeated ones included. */
  readonly taken: number;
  /** Takes of an update that had been taken before. */
  readonly duplicated: number;
  /** Not taken, and the agent's final status does not say why. */
  readonly lost: number;
  /** Not taken because the agent had ended, as its final status says. */
  readonly accounted: number;
}

/** The live updates of one agent. */
export type AgentTally = Pick<UpdateTally, "duplicated" | "lost" | "accounted"> & { readonly agentId: string };

export interface InvariantReport {
  readonly results: readonly InvariantResult[];
  readonly updates: UpdateTally;
  /** The agents whose updates were not all taken, or not once. */
  readonly deviating: readonly AgentTally[];
}

export const VIOLATIONS_KEPT = 20;

/** Final statuses that explain updates not taken: the agent ended before its task's code took them. */
const ENDED_EARLY = new Set(["disconnect", "timeout", "expired", "returned"]);

/** The evidence on an agent of a side that knows nothing of it. */
const UNKNOWN = {
  sent: 0,
  taken: nothingTaken(),
  submits: 0,
  acknowledgedSubmits: 0,
  acknowledgedStatuses: [],
} as const;

interface AgentEvidence {
  readonly agentId: string;
  client?: ClientEvidence;
  task?: TaskEvidence;
  row?: RowEvidence;
}

/**
 * Checks every invariant.
 * @throws Error when two threads handed over evidence of the same kind on one agent: nothing could be concluded from
 * it.
 */
export function checkInvariants(evidence: RunEvidence): InvariantReport {
  const agents = byAgent(evidence);
  const updates = checkUpdates(agents, evidence.lost);
  return {
    results: [
      updates.result,
      checkTimeouts(agents),
      checkReleases(agents, evidence.releaseBoundMs),
      checkHoldings(evidence),
      checkAccounting(evidence),
      checkFinal(agents),
      checkAcknowledged(agents),
    ],
    updates: updates.tally,
    deviating: updates.deviating,
  };
}

/**
 * Adds the findings to the run's metrics, so that thresholds can refer to them. Once a run, before the thresholds.
 * `recorderOf`: where to record what is of an agent's worker, and when; left out: no worker, at the present time.
 */
export function countFindings(
  { results, deviating }: InvariantReport,
  recorder: Recorder,
  recorderOf: (agentId: string) => FindingRecorder = () => ({ recorder }),
): void {
  for (const { agentId, lost, duplicated, accounted } of deviating) {
    const { recorder: own, atMs } = recorderOf(agentId);
    own.count("live_updates_lost", lost, atMs);
    own.count("live_updates_duplicated", duplicated, atMs);
    own.count("live_updates_accounted", accounted, atMs);
  }
  recorder.count(
    "invariant_violations",
    results.reduce((sum, result) => sum + result.violationCount, 0),
  );
}

/** Where the findings on an agent are recorded, and when: as it ended. */
export interface FindingRecorder {
  readonly recorder: WorkerRecorder;
  readonly atMs?: number | undefined;
}

function byAgent({ clients, tasks, rows }: RunEvidence): AgentEvidence[] {
  const agents = new Map<string, AgentEvidence>();
  const add = <K extends "client" | "task" | "row">(kind: K, list: Iterable<NonNullable<AgentEvidence[K]>>): void => {
    for (const piece of list) {
      const agent: AgentEvidence = agents.get(piece.agentId) ?? { agentId: piece.agentId };
      if (agent[kind] !== undefined) throw new Error(`agent ${piece.agentId}: two pieces of ${kind} evidence`);
      agent[kind] = piece;
      agents.set(piece.agentId, agent);
    }
  };
  add("client", clients);
  add("task", tasks);
  add("row", rows);
  return [...agents.values()];
}

/** Collects the findings on one invariant. */
export function findings(id: InvariantResult["id"], statement: string) {
  const violations: Violation[] = [];
  let checked = 0;
  let unchecked = 0;
  let violationCount = 0;
  return {
    checked: (n: number) => void (checked += n),
    unchecked: (n: number) => void (unchecked += n),
    violated(violation: Violation): void {
      violationCount++;
      if (violations.length < VIOLATIONS_KEPT) violations.push(violation);
    },
    result: (): InvariantResult => ({
      id,
      statement,
      held: violationCount === 0,
      checked,
      ...(unchecked > 0 && { unchecked }),
      violationCount,
      violations,
    }),
  };
}

function checkUpdates(
  agents: readonly AgentEvidence[],
  lost: RunEvidence["lost"],
): { result: InvariantResult; tally: UpdateTally; deviating: readonly AgentTally[] } {
  const found = findings(
    "updates-exactly-once-in-order",
    "every live update sent is taken exactly once, in order per agent, or accounted for by the agent's final status",
  );
  const tally = { sent: 0, taken: 0, duplicated: 0, lost: 0, accounted: 0 };
  const deviating: AgentTally[] = [];
  for (const { agentId, client, task, row } of agents) {
    const { sent } = client ?? UNKNOWN;
    const { taken } = task ?? UNKNOWN;
    if (lost !== undefined && (lost.clients.has(agentId) || lost.tasks.has(agentId))) {
      // One side's evidence is missing, so only the number of updates is known.
      found.unchecked(Math.max(sent, taken.count));
      continue;
    }
    found.checked(sent);
    tally.sent += sent;
    tally.taken += taken.count;
    tally.duplicated += taken.repeated;

    if (taken.firstDisorder !== undefined) {
      const { expected, got } = taken.firstDisorder;
      found.violated({
        what: "taken out of order",
        agentId,
        detail:
          `update ${got} was taken where ${expected} was next ` +
          `(${taken.repeated} repeated, ${taken.late} late, ${taken.skipped - taken.late} skipped)`,
      });
    }
    const greatest = taken.next - 1;
    if (greatest > sent) {
      found.violated({
        what: "taken but never sent",
        agentId,
        detail: `update ${greatest} was taken, ${sent} were sent`,
      });
    }
    const missing = sent - Math.min(sent, taken.count - taken.repeated);
    const status = row?.status ?? "no row";
    // An agent whose partner left is only asked to submit: it may complete with updates that were never taken.
    const isAccounted = ENDED_EARLY.has(status) || row?.history.includes("partner disconnect") === true;
    const accounted = isAccounted ? missing : 0;
    if (missing + taken.repeated > 0)
      deviating.push({ agentId, duplicated: taken.repeated, lost: missing - accounted, accounted });
    tally.accounted += accounted;
    tally.lost += missing - accounted;
    if (missing > accounted) {
      found.violated({
        what: "lost",
        agentId,
        detail: `${missing} of ${sent} updates were not taken, and the agent ended as "${status}"`,
      });
    }
  }
  return { result: found.result(), tally, deviating };
}

function checkTimeouts(agents: readonly AgentEvidence[]): InvariantResult {
  const found = findings("no-early-timeout", "no AgentTimeoutError before its timeout has passed");
  for (const { agentId, task } of agents) {
    if (task?.timeout === undefined) continue;
    const { waitedMs, timeoutMs, alreadyTimeout } = task.timeout;
    found.checked(1);
    if (waitedMs < timeoutMs && !alreadyTimeout) {
      found.violated({
        what: "timed out too early",
        agentId,
        detail: `after ${msBeside(waitedMs, timeoutMs)} of ${msBeside(timeoutMs, waitedMs)}`,
      });
    }
  }
  return found.result();
}

function checkReleases(agents: readonly AgentEvidence[], boundMs: number): InvariantResult {
  const found = findings(
    "absent-waiter-released",
    `a disconnected or returned agent's waiter is released within ${ms(boundMs)}, or in its thread's next turn`,
  );
  for (const { agentId, client, task } of agents) {
    const absentAtMs = client?.absentAtMs;
    if (absentAtMs === undefined || task === undefined) continue;
    // A task that had ended when the worker left has no waiter.
    if (task.endedAtMs !== undefined && task.endedAtMs < absentAtMs) continue;
    if (task.endedAtMs === undefined) {
      found.checked(1);
      found.violated({
        what: "never released",
        agentId,
        detail: "the task's code had not ended when the run was drained",
      });
    } else if (task.released !== undefined) {
      // Only a task that waited: a busy task, or one that wrote a status, notices by itself that the worker is gone.
      found.checked(1);
      const { waitedFor, atMs, waitStartedAtMs, previousPollAtMs = Infinity } = task.released;
      // A wait that begins after the worker left can be released only from its beginning on.
      const since = Math.max(absentAtMs, waitStartedAtMs);
      // On an overloaded machine a thread's turn takes seconds, and a change during a turn is handled in the next one.
      // So a waiter is late only if its thread polled while it was due and did not resume it; then all of the time
      // counts.
      if (previousPollAtMs <= since) continue;
      const took = atMs - since;
      if (took > boundMs)
        found.violated({
          what: "released too late",
          agentId,
          detail:
            `waited for ${waitedFor === "update" ? "an update" : "a submit"}, ` +
            `released after ${msBeside(took, boundMs)}, the bound is ${msBeside(boundMs, took)}`,
        });
    }
  }
  return found.result();
}

function checkHoldings({ holdings }: RunEvidence): InvariantResult {
  const found = findings("one-agent-per-unit", "no unit is held by two live agents, or by one that has ended");
  const inOrder = [...holdings].sort((a, b) =>
    a.unitId < b.unitId ? -1 : a.unitId > b.unitId ? 1 : a.fromMs - b.fromMs,
  );
  let before: { unitId: string; agentId: string; toMs: number } | undefined;
  for (const { unitId, agentId, fromMs, toMs = Infinity, isAssigned } of inOrder) {
    found.checked(1);
    if (isAssigned && toMs !== Infinity) {
      found.violated({
        what: "unit never given back",
        agentId,
        detail: `unit ${unitId} is still assigned to the agent, which ended at ${ms(toMs)}`,
      });
    }
    const last = before?.unitId === unitId ? before : undefined;
    if (last !== undefined && fromMs < last.toMs) {
      const until = last.toMs === Infinity ? "the end" : msBeside(last.toMs, fromMs);
      found.violated({
        what: "unit held twice",
        agentId,
        detail: `took unit ${unitId} at ${msBeside(fromMs, last.toMs)}, agent ${last.agentId} held it until ${until}`,
      });
    }
    if (last === undefined || toMs > last.toMs) before = { unitId, agentId, toMs };
  }
  return found.result();
}

function checkAccounting({ accounting, lost }: RunEvidence): InvariantResult {
  const found = findings(
    "accounting-consistent",
    "handles, rows and gauges agree after the drain, and every slot is released",
  );
  const labels = new Set([...Object.keys(accounting.gauges), ...Object.keys(accounting.rows)]);
  // The sums lack the gauges of a killed task thread. Client threads have no gauges.
  const comparable = lost === undefined || lost.tasks.size === 0 ? labels : new Set<string>();
  for (const label of comparable) {
    const [gauge, rows] = [own(accounting.gauges, label) ?? 0, own(accounting.rows, label) ?? 0];
    if (gauge !== rows)
      found.violated({ what: "gauge and rows differ", detail: `${label}: the gauge says ${gauge}, ${rows} rows` });
  }
  const rows = Object.values(accounting.rows).reduce((sum, n) => sum + n, 0);
  if (accounting.agentsWithHandles !== rows) {
    found.violated({
      what: "handles and rows differ",
      detail: `${accounting.agentsWithHandles} agents had a handle, ${rows} have a row`,
    });
  }
  if (accounting.slotsInUse !== 0)
    found.violated({ what: "slots not released", detail: `${accounting.slotsInUse} are still allocated` });
  found.checked(comparable.size + 2);
  found.unchecked(labels.size - comparable.size);
  return found.result();
}

function checkFinal(agents: readonly AgentEvidence[]): InvariantResult {
  const found = findings("final-status", "every agent ends in a final status");
  for (const { agentId, row } of agents) {
    if (row === undefined) continue;
    found.checked(1);
    if (!isFinal(row.status)) found.violated({ what: "not final", agentId, detail: `ended as "${row.status}"` });
  }
  return found.result();
}

function checkAcknowledged(agents: readonly AgentEvidence[]): InvariantResult {
  const found = findings("acknowledged-is-durable", "whatever was acknowledged is in the database");
  for (const { agentId, client, task, row } of agents) {
    const { acknowledgedStatuses, acknowledgedSubmits: submits } = client ?? UNKNOWN;
    const statuses = [...acknowledgedStatuses, ...(task ?? UNKNOWN).acknowledgedStatuses];
    found.checked(statuses.length + submits);
    for (const status of new Set(statuses)) {
      if (row?.history.includes(status) !== true) {
        found.violated({
          what: "acknowledged status missing",
          agentId,
          detail: `"${status}" is not among: ${row === undefined ? "no row" : row.history.join(", ")}`,
        });
      }
    }
    const { submits: stored } = row ?? UNKNOWN;
    if (submits > stored) {
      found.violated({
        what: "acknowledged submit missing",
        agentId,
        detail: `${submits} acknowledged, ${stored} in the database`,
      });
    }
    if (row === undefined) continue;
    const last = at(row.history, row.history.length - 1);
    if (row.status !== last) {
      found.violated({
        what: "row and history differ",
        agentId,
        detail: `the row says "${row.status}", the last committed status is "${last}"`,
      });
    }
  }
  return found.result();
}

/** A time that is compared with another, with all digits if the times differ but their rounded texts do not. */
function msBeside(value: number, other: number): string {
  return value !== other && ms(value) === ms(other) ? `${value} ms` : ms(value);
}

/** A time rounded to µs. */
function ms(value: number): string {
  return `${Number(value.toFixed(3))} ms`;
}
