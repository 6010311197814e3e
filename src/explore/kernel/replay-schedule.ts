/** Executes one schedule again. */
import { END } from "./control-block.js";
import { contextSwitches, threadsOf, type FailingSchedule } from "./schedule.js";
import type { Session } from "./session.js";
import { problemsOf } from "./execution-problems.js";

/**
 * Executes `schedule` on a session of its program. Returns the problems it shows now; they are those that were recorded
 * unless the code has changed since, in which case it may not even be possible to follow it.
 */
export function replaySchedule(
  session: Session,
  schedule: Pick<FailingSchedule, "steps">,
): { problems: readonly string[]; switches: number; followed: boolean } {
  const end = session.execute({ prefix: schedule.steps });
  return {
    problems: problemsOf(session, end),
    switches: contextSwitches(threadsOf(session)),
    followed: end !== END.diverged,
  };
}
