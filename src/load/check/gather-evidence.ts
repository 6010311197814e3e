/** Combines the evidence of the threads and of the database of a finished run for the invariants. */
import { isFinal, agentIdOf, getOrCreate, increment, type AgentStatus } from "../../vocabulary/index.js";
import type { AgentAudit } from "../../platform/db/index.js";
import type { PoolEvidence } from "../../platform/live/index.js";
import {
  nothingSent,
  type ClientEvidence,
  type Holding,
  type LostEvidence,
  type RunEvidence,
  type TaskEvidence,
} from "./evidence.js";
import type { StatusGauge } from "../../platform/model/index.js";

/**
 * The time within which the waiter of a gone agent has to be released, ms, unless its thread was in one turn all the
 * time.
 */
const RELEASE_BOUND_MS = 2000;

export interface RawEvidence {
  readonly clients: readonly ClientEvidence[];
  readonly pool: readonly PoolEvidence[];
  readonly tasks: readonly TaskEvidence[];
  readonly gauges: readonly StatusGauge[];
  readonly audit: readonly AgentAudit[];
  readonly slotsInUse: number;
  /**
   * How long faults paused simulated threads, ms: they release a waiter later by as much. Real threads note their turns
   * instead.
   */
  readonly pausedMs?: number;
  /** The channels and the task runners whose threads were killed. */
  readonly killed?: { readonly channels: ReadonlySet<string>; readonly runners: ReadonlySet<number> };
}

export function gatherEvidence(raw: RawEvidence): RunEvidence {
  const { clients, pool, tasks, gauges, audit, slotsInUse, pausedMs = 0, killed } = raw;
  return {
    clients: withPool(clients, pool),
    tasks,
    rows: audit.map((agent) => ({
      agentId: agentIdOfAudit(agent),
      status: agent.status,
      // Every agent begins as `none`; only changes are in the table.
      history: ["none", ...agent.history.map(({ status }) => status)],
      submits: agent.submits,
    })),
    holdings: audit.flatMap(holdingOf),
    accounting: {
      gauges: sum(gauges.map(({ agentType, status, value }): [string, number] => [`${agentType} ${status}`, value])),
      rows: sum(audit.map(({ agentType, status }): [string, number] => [`${agentType} ${status}`, 1])),
      // The pool has a handle on each agent that it admits, a task runner on each that it is given.
      agentsWithHandles: new Set([...pool, ...tasks].map(({ agentId }) => agentId)).size,
      slotsInUse,
    },
    releaseBoundMs: RELEASE_BOUND_MS + pausedMs,
    ...(killed !== undefined && { lost: lostWith(killed, pool) }),
  };
}

function lostWith(
  { channels, runners }: NonNullable<RawEvidence["killed"]>,
  pool: readonly PoolEvidence[],
): LostEvidence {
  const idsOf = (notes: readonly PoolEvidence[]): Set<string> => new Set(notes.map(({ agentId }) => agentId));
  return {
    clients: idsOf(pool.filter(({ channel }) => channels.has(channel))),
    tasks: idsOf(pool.filter(({ runner }) => runner !== undefined && runners.has(runner))),
  };
}

/** The outcome of an agent that was live when the run was cut, and that the run then closed. */
export const CUT_OFF = "cut off";

/** Whether an agent with this outcome counts as completed, for the rate `task_completion`. */
export function isCompletion(outcome: string): boolean {
  return outcome === "completed" || outcome === "approved";
}

/** How a run was cut: when it was ended early or given up, ms on its clock. */
export interface RunCut {
  readonly atMs: number;
  readonly isEarly: boolean;
}

/** Final statuses that the end of a run gives to live agents. */
const CLOSED: ReadonlySet<AgentStatus> = new Set(["disconnect", "timeout", "expired"]);

/**
 * An agent's final status, or {@link CUT_OFF}. An agent that waits for a partner until the run is given up has expired.
 */
export function outcomeOf({ status, history }: AgentAudit, { atMs, isEarly }: RunCut): string {
  const last = history.at(-1);
  const isClosed = last !== undefined && last.at >= atMs && CLOSED.has(status) && (isEarly || status !== "expired");
  return isClosed ? CUT_OFF : status;
}

/** How many agents waited for a partner until the run was given up. Nothing was left for their workers to do. */
export function withoutPartner(audit: readonly AgentAudit[], { atMs }: RunCut): number {
  return audit.filter(({ status, history }) => {
    const [before, last] = history.slice(-2);
    return status === "expired" && before?.status === "waiting" && last !== undefined && last.at >= atMs;
  }).length;
}

/** Agents by final status, for the summary. `cut`: left out for a run that left no summary. */
export function outcomesOf(
  audit: readonly AgentAudit[],
  cut: RunCut = { atMs: Infinity, isEarly: false },
): {
  agents: Record<string, number>;
  onboardingAgents: Record<string, number>;
} {
  const of = (type: AgentAudit["agentType"]): Record<string, number> =>
    sum(
      audit.filter(({ agentType }) => agentType === type).map((agent): [string, number] => [outcomeOf(agent, cut), 1]),
    );
  return { agents: of("main"), onboardingAgents: of("onboarding") };
}

/** The id of an agent in the evidence: an onboarding agent differs from the agent of the same number. */
export function agentIdOfAudit({ agentType, agentId }: AgentAudit): string {
  return agentIdOf(agentType, agentId);
}

/** The pool writes statuses on behalf of clients, so its evidence belongs to the clients' side. */
function withPool(clients: readonly ClientEvidence[], pool: readonly PoolEvidence[]): ClientEvidence[] {
  const notes = new Map(clients.map((note) => [note.agentId, note]));
  for (const { agentId, acknowledgedStatuses, absentAtMs } of pool) {
    const note = getOrCreate(notes, agentId, () => nothingSent(agentId));
    note.acknowledgedStatuses.push(...acknowledgedStatuses);
    if (absentAtMs !== undefined) note.absentAtMs = absentAtMs;
  }
  return [...notes.values()];
}

/** A unit is held from the agent's creation to its first final status. */
function holdingOf(agent: AgentAudit): Holding[] {
  if (agent.unitId === null) return [];
  const end = agent.history.find(({ status }) => isFinal(status));
  return [
    {
      unitId: agent.unitId,
      agentId: agentIdOfAudit(agent),
      fromMs: agent.createdAt,
      isAssigned: agent.holdsUnit,
      ...(end !== undefined && { toMs: end.at }),
    },
  ];
}

function sum(entries: readonly [string, number][]): Record<string, number> {
  const totals = new Map<string, number>();
  for (const [key, value] of entries) increment(totals, key, value);
  return Object.fromEntries(totals);
}
