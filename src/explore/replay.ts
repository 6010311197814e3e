/** Executes one schedule again. */
import { contextSwitches, threadsOf, type FailingSchedule } from "./schedule.js";
import type { Session } from "./session.js";
import { problemsOf } from "./verdict.js";

/**
 * Executes `schedule` on a session of its program. Returns the problems it shows now; they are those that were recorded
 * unless the code has changed since.
 */
export function replay(session: Session, schedule: Pick<FailingSchedule, "steps">): { problems: readonly string[]; switches: number } {
  const problems = problemsOf(session, session.execute({ prefix: schedule.steps }));
  return { problems, switches: contextSwitches(threadsOf(session)) };
}
