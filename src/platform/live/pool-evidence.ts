/** Writes the statuses of the worker pool, and keeps the evidence about its agents for the invariants. */
import { getOrCreate, isFinal, type AgentStatus } from "../../vocabulary/index.js";
import type { Clock, Steps } from "../sync/index.js";
import type { AgentSession } from "./agent-session.js";

/** The evidence of the pool about one agent. */
export interface PoolEvidence {
  readonly agentId: string;
  /** The channel of its client. */
  readonly channel: string;
  /** The number of the task runner that it was handed to; absent if there was none. */
  runner?: number;
  /** The statuses that the pool wrote. */
  readonly acknowledgedStatuses: AgentStatus[];
  /** When the pool had committed a status that releases its waiter, ms. */
  absentAtMs?: number;
}

export interface PoolEvidenceStore {
  /** The evidence about an agent, created by the first call. */
  of(session: AgentSession): PoolEvidence;
  /** Writes a status. False when the agent has ended with another one. */
  setStatus(session: AgentSession, status: AgentStatus): Steps<boolean>;
  all(): PoolEvidence[];
}

export function createPoolEvidence(clock: Clock): PoolEvidenceStore {
  const notes = new Map<string, PoolEvidence>();
  const of = ({ agent, channel }: AgentSession): PoolEvidence => {
    const agentId = agent.getAgentId();
    return getOrCreate(notes, agentId, () => ({ agentId, channel: channel.id, acknowledgedStatuses: [] }));
  };
  return {
    of,
    *setStatus(session, status) {
      const { agent, observer } = session;
      if (isFinal(agent.dbStatus)) return false;
      const before = clock.now();
      yield* agent.updateStatusSteps(status);
      const now = clock.now();
      observer.trend("status_commit_time").record(now - before, now, agent.getAgentId());
      if (agent.dbStatus !== status) return false;
      of(session).acknowledgedStatuses.push(status);
      return true;
    },
    all: () => [...notes.values()],
  };
}
