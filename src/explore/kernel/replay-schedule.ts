/** Executes one schedule again. */
import { END } from "./control-block.js";
import { contextSwitches, threadsOf, type FailingSchedule } from "./schedule.js";
import type { Session } from "./session.js";
import { problemsOf } from "./execution-problems.js";

/**
 * Executes `schedule` on a session of its program and returns the problems. They are the recorded ones unless the code
 * has changed since; then it may not be possible to follow the schedule.
 */
export function replaySchedule(
  session: Session,
  schedule: Pick<FailingSchedule, "steps">,
): { problems: readonly string[]; switches: number; followed: boolean } {
  const end = session.execute({ prefix: schedule.steps });
  return {
    problems: problemsOf(session, end),
    switches: contextSwitches(threadsOf(session)),
    // Steps are left over when the execution ends before them.
    followed: end !== END.diverged && schedule.steps.length <= session.steps,
  };
}
