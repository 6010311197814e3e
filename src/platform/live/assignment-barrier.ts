/** The barrier at which agents of assignments with several units wait for their partners. */
import type { AgentSession } from "./agent-session.js";

export interface AssignmentBarrier {
  /** Whether the assignment needs only one more agent to start. */
  needsOneMore(assignmentId: string): boolean;
  /** Adds an agent. When the assignment is complete, removes and returns all of its agents. */
  join(assignmentId: string, session: AgentSession): readonly AgentSession[] | undefined;
  /** Removes an agent that has left. Does nothing if it does not wait here. */
  remove(session: AgentSession): void;
  /** Removes and returns all agents. */
  removeAll(): AgentSession[];
  /** Whether the assignment was complete once: a new agent would wait for partners that have started already. */
  hasBegun(assignmentId: string): boolean;
}

/** @param unitsPerAssignment the agents of an assignment; with 1 no agent waits */
export function createAssignmentBarrier(unitsPerAssignment: number): AssignmentBarrier {
  const waiting = new Map<string, AgentSession[]>();
  const begun = new Set<string>();
  return {
    needsOneMore: (assignmentId) => (waiting.get(assignmentId)?.length ?? 0) + 1 === unitsPerAssignment,
    join(assignmentId, session) {
      const sessions = waiting.get(assignmentId) ?? [];
      sessions.push(session);
      if (sessions.length < unitsPerAssignment) {
        waiting.set(assignmentId, sessions);
        return undefined;
      }
      waiting.delete(assignmentId);
      if (unitsPerAssignment > 1) begun.add(assignmentId);
      return sessions;
    },
    remove(session) {
      for (const [assignmentId, sessions] of waiting) {
        const place = sessions.indexOf(session);
        if (place < 0) continue;
        sessions.splice(place, 1);
        if (sessions.length === 0) waiting.delete(assignmentId);
        return;
      }
    },
    removeAll() {
      const all = [...waiting.values()].flat();
      waiting.clear();
      return all;
    },
    hasBegun: (assignmentId) => begun.has(assignmentId),
  };
}
