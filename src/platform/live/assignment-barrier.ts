/** Where agents of assignments with several units wait for their partners. */
import type { AgentSession } from "./agent-session.js";

export interface AssignmentBarrier {
  /** Whether only one more is needed for the assignment to begin. */
  needsOneMore(assignmentId: string): boolean;
  /** Adds one. Returns all of the assignment once they are complete; they wait no more then. */
  join(assignmentId: string, session: AgentSession): readonly AgentSession[] | undefined;
  /** Takes out one who has left. Nothing happens if it does not wait here. */
  remove(session: AgentSession): void;
  /** Takes out everybody. */
  removeAll(): AgentSession[];
  /** Whether the assignment was complete once: who gets a unit of it now would wait for partners who have begun. */
  hasBegun(assignmentId: string): boolean;
}

/** @param unitsPerAssignment how many belong together, 2 or more for anybody to wait */
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
      const everybody = [...waiting.values()].flat();
      waiting.clear();
      return everybody;
    },
    hasBegun: (assignmentId) => begun.has(assignmentId),
  };
}
