/**
 * The invariants of a task that is not of this process, checked over what its clients saw and, where it can be read,
 * over its database (`network-evidence.ts`). Pure: the same evidence gives the same findings. What cannot be checked is
 * named, with the reason.
 */
import { formatSeconds, increment, isFinal } from "../../vocabulary/index.js";
import { findings, type InvariantId, type InvariantResult } from "./invariants.js";
import { NETWORK_INVARIANTS, type NetworkInvariantId } from "./network-invariant-ids.js";
import {
  REPLY_BOUND_MS,
  type NetworkEvidence,
  type OutsideAgentEvidence,
  type OutsideRow,
} from "./network-evidence.js";

/** An invariant or a threshold that a run could not be checked for. */
export interface Unchecked {
  readonly id: string;
  /** Why not, a few words. */
  readonly why: string;
}

export interface NetworkInvariantReport {
  readonly results: readonly InvariantResult[];
  readonly unchecked: readonly Unchecked[];
}

/** Those of a platform of this process, which need its own notes. */
const INSIDE: readonly InvariantId[] = [
  "updates-exactly-once-in-order",
  "no-early-timeout",
  "absent-waiter-released",
  "one-agent-per-unit",
  "accounting-consistent",
  "acknowledged-is-durable",
];

/** Final statuses of an agent whose work was accepted, or waits for that. */
const DONE: ReadonlySet<string> = new Set(["completed", "approved", "rejected", "soft_rejected"]);
/** How much later than its bound a loss may be noticed: the target's timers are late too. */
const LATE_MS = 1000;

/** Checks what the evidence allows. `problem`: why there are no rows though there is a database. */
export function checkNetworkInvariants(whole: NetworkEvidence, problem?: string): NetworkInvariantReport {
  const { evidence, lostRows } = withoutLost(whole);
  const { rows } = evidence;
  const unchecked: Unchecked[] = INSIDE.map((id) => ({ id, why: "it needs the notes of the platform itself" }));
  const results = [checkRegistrations(evidence), checkReplies(evidence), checkCompleted(evidence)];
  if (rows === undefined) {
    const left: NetworkInvariantId[] = [
      "answered-submit-is-stored",
      "one-live-agent-per-unit",
      "final-status",
      "status-agrees-with-row",
      "loss-noticed-in-time",
    ];
    unchecked.push(...left.map((id) => ({ id, why: problem ?? "it needs the target's database (--database)" })));
  } else {
    const agents = new Map(evidence.agents.map((agent) => [agent.agentId, agent]));
    const byId = new Map(rows.map((row) => [row.agentId, row]));
    results.push(
      checkStored(evidence, byId),
      checkUnits([...rows, ...lostRows]),
      checkFinal(evidence, rows, agents),
      checkTold(evidence, byId),
      checkLosses(evidence, rows, agents),
    );
  }
  return { results: results.map((result) => withUnchecked(result, lostRows.length)), unchecked };
}

/** The rows of agents whose clients' notes were lost say little: they are kept apart. */
function withoutLost(evidence: NetworkEvidence): {
  readonly evidence: NetworkEvidence;
  readonly lostRows: readonly OutsideRow[];
} {
  const { rows, isLost } = evidence;
  if (rows === undefined || isLost === undefined) return { evidence, lostRows: [] };
  return {
    evidence: { ...evidence, rows: rows.filter(({ workerName }) => !isLost(workerName)) },
    lostRows: rows.filter(({ workerName }) => isLost(workerName)),
  };
}

/** Whether a unit has two live agents is in the rows alone. */
function withUnchecked(result: InvariantResult, lostRows: number): InvariantResult {
  return lostRows === 0 || result.id === "one-live-agent-per-unit" ? result : { ...result, unchecked: lostRows };
}

const begin = (id: NetworkInvariantId) => findings(id, NETWORK_INVARIANTS[id]);

function checkRegistrations({ registrations, agents, rows }: NetworkEvidence): InvariantResult {
  const found = begin("one-agent-per-registration");
  for (const { registrationId, onboardingAgents, agents: given } of registrations) {
    found.checked(1);
    for (const [list, what] of [
      [onboardingAgents, "onboarding agents"],
      [given, "agents"],
    ] as const) {
      if (list.length > 1)
        found.violated({
          what: "given two agents",
          agentId: list[1] ?? "",
          detail: `registration ${registrationId} was given ${list.length} ${what}: ${list.join(", ")}`,
        });
    }
  }
  for (const { first, second } of sharedAgents(registrations))
    found.violated({
      what: "agent of two registrations",
      agentId: first.agentId,
      detail: `registrations ${first.registrationId} and ${second} were given the same agent`,
    });
  if (rows !== undefined) checkSpareAgents(found, registrations, agents, rows);
  return found.result();
}

function sharedAgents(registrations: NetworkEvidence["registrations"]) {
  const owners = new Map<string, string>();
  const shared: {
    readonly first: { readonly agentId: string; readonly registrationId: string };
    readonly second: string;
  }[] = [];
  for (const { registrationId, onboardingAgents, agents } of registrations) {
    for (const agentId of [...onboardingAgents, ...agents]) {
      const owner = owners.get(agentId);
      if (owner !== undefined && owner !== registrationId)
        shared.push({ first: { agentId, registrationId: owner }, second: registrationId });
      else owners.set(agentId, registrationId);
    }
  }
  return shared;
}

/** Agents in the database that no client of their worker was given: made by a registration that was handled twice. */
function checkSpareAgents(
  found: ReturnType<typeof begin>,
  registrations: NetworkEvidence["registrations"],
  agents: NetworkEvidence["agents"],
  rows: readonly OutsideRow[],
): void {
  const given = new Set(agents.map(({ agentId }) => agentId));
  // A request without an answer may have made an agent, of which its client was never told.
  const failed = new Map<string, number>();
  for (const { workerName, failed: count } of registrations) increment(failed, workerName, count);
  for (const { agentId, workerName, isOnboarding, unitId } of rows) {
    if (given.has(agentId)) continue;
    const left = failed.get(workerName) ?? 0;
    if (left > 0) {
      failed.set(workerName, left - 1);
      continue;
    }
    found.violated({
      what: "agent that no client was given",
      agentId,
      detail: `worker ${workerName} has ${isOnboarding ? "this onboarding agent" : `this agent on unit ${unitId ?? "?"}`} beside those that it was given`,
    });
  }
}

function checkReplies({ agents, answersEach }: NetworkEvidence): InvariantResult {
  const found = begin("replies-once-in-order");
  for (const { agentId, sent, replies, overdue, goneAtMs, submit, statuses } of agents) {
    found.checked(sent);
    if (replies.repeated > 0)
      found.violated({ what: "answered twice", agentId, detail: `${replies.repeated} of ${sent} updates, or more` });
    if (replies.late > 0)
      found.violated({
        what: "answered out of order",
        agentId,
        detail: `${replies.late} replies came after the reply to a later update`,
      });
    // A client that went, or an agent that was ended, explains why the rest has no reply.
    const isAccounted =
      (goneAtMs !== undefined && submit === undefined) || statuses.some(({ status }) => WITHOUT_REPLY.has(status));
    if (answersEach && overdue > 0 && !isAccounted)
      found.violated({
        what: "not answered",
        agentId,
        detail: `${overdue} of ${sent} updates had no reply after ${REPLY_BOUND_MS / 1000} s`,
      });
  }
  return found.result();
}

/** Statuses that explain updates without a reply: the agent, or a partner, left before. */
const WITHOUT_REPLY: ReadonlySet<string> = new Set([
  "disconnect",
  "timeout",
  "expired",
  "returned",
  "partner disconnect",
]);

function checkCompleted({ agents, rows }: NetworkEvidence): InvariantResult {
  const found = begin("completed-has-submit");
  // A submit that failed may have arrived all the same, unless none of it was sent.
  const submitted = new Set(
    agents.filter(({ submit }) => submit !== undefined && submit.isUnsent !== true).map(({ agentId }) => agentId),
  );
  if (rows === undefined) {
    for (const { agentId, isOnboarding, statuses } of agents) {
      const told = statuses.find(({ status }) => DONE.has(status));
      if (isOnboarding || told === undefined) continue;
      found.checked(1);
      if (!submitted.has(agentId))
        found.violated({ what: "completed without a submit", agentId, detail: `its client was sent "${told.status}"` });
    }
    return found.result();
  }
  for (const { agentId, isOnboarding, status, workerName } of rows) {
    if (isOnboarding || !DONE.has(status)) continue;
    found.checked(1);
    if (!submitted.has(agentId))
      found.violated({
        what: "completed without a submit",
        agentId,
        detail: `no submit of worker ${workerName} can have arrived, and the row says "${status}"`,
      });
  }
  return found.result();
}

function checkStored({ agents }: NetworkEvidence, rows: ReadonlyMap<string, OutsideRow>): InvariantResult {
  const found = begin("answered-submit-is-stored");
  for (const { agentId, isOnboarding, submit } of agents) {
    if (isOnboarding || submit?.answeredAtMs === undefined) continue;
    found.checked(1);
    const row = rows.get(agentId);
    if (row === undefined || !DONE.has(row.status))
      found.violated({
        what: "answered submit is lost",
        agentId,
        detail: row === undefined ? "the agent has no row" : `its agent ended as "${row.status}"`,
      });
    else if (row.hasSubmit === false)
      found.violated({ what: "answered submit is lost", agentId, detail: "its data is not stored" });
  }
  return found.result();
}

function checkUnits(rows: readonly OutsideRow[]): InvariantResult {
  const found = begin("one-live-agent-per-unit");
  const holders = new Map<string, OutsideRow>();
  for (const row of rows) {
    const { unitId, status, agentId } = row;
    if (unitId === null) continue;
    found.checked(1);
    if (isFinal(status) && !DONE.has(status)) continue;
    const other = holders.get(unitId);
    if (other === undefined) holders.set(unitId, row);
    else
      found.violated({
        what: "unit with two agents",
        agentId,
        detail: `unit ${unitId}: agent ${other.agentId} is "${other.status}", agent ${agentId} is "${status}"`,
      });
  }
  return found.result();
}

function checkFinal(
  { endedAtMs }: NetworkEvidence,
  rows: readonly OutsideRow[],
  agents: ReadonlyMap<string, OutsideAgentEvidence>,
): InvariantResult {
  const found = begin("final-status");
  for (const { agentId, status } of rows) {
    found.checked(1);
    if (isFinal(status)) continue;
    const detail = `ended as "${status}"${clientAtTheEnd(agents.get(agentId), endedAtMs)}`;
    found.violated({ what: "not final", agentId, detail });
  }
  return found.result();
}

/** What became of the client of an agent that is not final, where that may be the reason. */
function clientAtTheEnd(agent: OutsideAgentEvidence | undefined, endedAtMs: number): string {
  if (agent === undefined) return "; no client was given it";
  const { goneAtMs, heartbeatAtMs, submit } = agent;
  if (submit?.answeredAtMs !== undefined) return "; its submit was answered";
  if (goneAtMs === undefined) return "";
  const left = `; its client left ${formatSeconds(endedAtMs - goneAtMs)} before the end`;
  return heartbeatAtMs === undefined ? `${left}, without ever having sent a heartbeat` : left;
}

function checkTold({ agents }: NetworkEvidence, rows: ReadonlyMap<string, OutsideRow>): InvariantResult {
  const found = begin("status-agrees-with-row");
  for (const { agentId, statuses } of agents) {
    found.checked(1);
    const row = rows.get(agentId);
    if (row === undefined) {
      found.violated({ what: "no row", agentId, detail: "its client was given an agent that is not in the database" });
      continue;
    }
    const final = statuses.find(({ status }) => isFinal(status))?.status;
    if (final === undefined || final === row.status) continue;
    // Reviewed since.
    if (DONE.has(final) && DONE.has(row.status)) continue;
    found.violated({
      what: "other status in the database",
      agentId,
      detail: `its client was sent "${final}", the row says "${row.status}"`,
    });
  }
  return found.result();
}

function checkLosses(
  { lossBoundMs, endedAtMs }: NetworkEvidence,
  rows: readonly OutsideRow[],
  agents: ReadonlyMap<string, OutsideAgentEvidence>,
): InvariantResult {
  const found = begin("loss-noticed-in-time");
  for (const { agentId, status, finalSeenAtMs, notFinalAtMs } of rows) {
    const agent = agents.get(agentId);
    // A client that sent no heartbeat is not missed; one that submitted has nothing to be missed for.
    if (agent?.goneAtMs === undefined || agent.heartbeatAtMs === undefined || agent.submit !== undefined) continue;
    const bound = agent.heartbeatAtMs + lossBoundMs + LATE_MS;
    if (isFinal(status)) {
      found.checked(1);
      // It became final between the two looks.
      if (notFinalAtMs !== undefined && notFinalAtMs > Math.max(bound, agent.goneAtMs + LATE_MS))
        found.violated({
          what: "noticed too late",
          agentId,
          detail:
            `final ${formatSeconds((finalSeenAtMs ?? notFinalAtMs) - agent.heartbeatAtMs)} after the last heartbeat, ` +
            `the bound is ${formatSeconds(lossBoundMs)}`,
        });
    } else if (endedAtMs > bound) {
      found.checked(1);
      found.violated({
        what: "not noticed",
        agentId,
        detail: `"${status}" ${formatSeconds(endedAtMs - agent.heartbeatAtMs)} after the last heartbeat, the bound is ${formatSeconds(lossBoundMs)}`,
      });
    }
  }
  return found.result();
}
