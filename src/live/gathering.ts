/** Where agents of assignments with several units wait for their partners. */
import type { Seat } from "./seat.js";

export interface Gathering {
  /** Whether only one more is needed for the assignment to begin. */
  lacksOne(assignmentId: string): boolean;
  /** Adds one. Returns all of the assignment once they are complete; they wait no more then. */
  join(assignmentId: string, seat: Seat): readonly Seat[] | undefined;
  /** Takes out one who has left. Nothing happens if it does not wait here. */
  leave(seat: Seat): void;
  /** Takes out everybody. */
  dissolve(): Seat[];
  /** Whether the assignment was complete once: who gets a unit of it now would wait for partners who have begun. */
  hasBegun(assignmentId: string): boolean;
}

/** @param unitsPerAssignment how many belong together, 2 or more for anybody to wait */
export function createGathering(unitsPerAssignment: number): Gathering {
  const waiting = new Map<string, Seat[]>();
  const begun = new Set<string>();
  return {
    lacksOne: (assignmentId) => (waiting.get(assignmentId)?.length ?? 0) + 1 === unitsPerAssignment,
    join(assignmentId, seat) {
      const seats = waiting.get(assignmentId) ?? [];
      seats.push(seat);
      if (seats.length < unitsPerAssignment) {
        waiting.set(assignmentId, seats);
        return undefined;
      }
      waiting.delete(assignmentId);
      if (unitsPerAssignment > 1) begun.add(assignmentId);
      return seats;
    },
    leave(seat) {
      for (const [assignmentId, seats] of waiting) {
        const place = seats.indexOf(seat);
        if (place < 0) continue;
        seats.splice(place, 1);
        if (seats.length === 0) waiting.delete(assignmentId);
        return;
      }
    },
    dissolve() {
      const everybody = [...waiting.values()].flat();
      waiting.clear();
      return everybody;
    },
    hasBegun: (assignmentId) => begun.has(assignmentId),
  };
}
