/** What the pool writes about its agents and remembers of it, as evidence for the invariants. */
import { isFinal, type AgentStatus } from "../../vocabulary/index.js";
import type { Clock, Steps } from "../sync/index.js";
import type { AgentSession } from "./agent-session.js";
import type { LiveRunObserver } from "./observer.js";

/** What the pool notes of an agent, as evidence. */
export interface PoolEvidence {
  readonly agentId: string;
  /** The channel of its client. */
  readonly channel: string;
  /** The number of the task runner that it was handed to; absent when it never was. */
  runner?: number;
  /** Statuses written from here. */
  readonly acknowledgedStatuses: AgentStatus[];
  /** When a status that frees its waiter was committed from here, ms. */
  absentAtMs?: number;
}

export interface PoolEvidenceStore {
  /** The note on an agent, made when first asked for. */
  of(session: AgentSession): PoolEvidence;
  /** Writes a status. False when the agent has ended as something else, before or meanwhile. */
  setStatus(session: AgentSession, status: AgentStatus): Steps<boolean>;
  all(): PoolEvidence[];
}

export function createPoolEvidence(clock: Clock, observer: LiveRunObserver): PoolEvidenceStore {
  const notes = new Map<string, PoolEvidence>();
  const of = ({ agent, channel }: AgentSession): PoolEvidence => {
    const agentId = agent.getAgentId();
    let note = notes.get(agentId);
    if (note === undefined) notes.set(agentId, (note = { agentId, channel: channel.id, acknowledgedStatuses: [] }));
    return note;
  };
  return {
    of,
    *setStatus(session, status) {
      const { agent } = session;
      if (isFinal(agent.dbStatus)) return false;
      const before = clock.now();
      yield* agent.updateStatusSteps(status);
      observer.trend("status_commit_time").record(clock.now() - before, clock.now());
      if (agent.dbStatus !== status) return false;
      of(session).acknowledgedStatuses.push(status);
      return true;
    },
    all: () => [...notes.values()],
  };
}
