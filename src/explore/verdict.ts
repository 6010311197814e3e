/** Whether an execution is as it should be. */
import { END } from "./board.js";
import { KIND, KIND_NAMES } from "./operations.js";
import type { Session } from "./session.js";

/** What is wrong with the session's last execution, which ended with `end`: a line each, none if nothing is. */
export function problemsOf(session: Session, end: number): readonly string[] {
  switch (end) {
    case END.redundant:
      return [];
    case END.deadlock:
      return [`deadlock: ${stuckThreads(session)}`];
    case END.livelock:
      return [`no end after ${session.steps} steps: ${stuckThreads(session)}`];
    case END.diverged:
      return ["the schedule cannot be followed: it names a thread that cannot run there"];
    default:
      return checked(session);
  }
}

function checked(session: Session): readonly string[] {
  const { program, threadNames, env } = session;
  const reports = session.reports();
  const thrown = reports.flatMap((report, thread) =>
    report?.threw === undefined ? [] : [`${threadNames[thread] ?? "?"} threw ${report.threw}`],
  );
  if (thrown.length > 0) return thrown;
  const outcomes = Object.fromEntries(threadNames.map((name, thread) => [name, reports[thread]?.value ?? null]));
  try {
    return program.check({ outcomes, env });
  } catch (error) {
    // Such as a message in the mailbox that cannot be decoded.
    return [`the check threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`];
  }
}

/** Who is not done, and before which operation. */
function stuckThreads({ stuck, threadNames, describe }: Session): string {
  return stuck
    .map(({ thread, kind, cell }) => {
      const doing = kind === KIND.wake ? "waits for" : `is before ${KIND_NAMES[kind] ?? "?"} of`;
      return `${threadNames[thread] ?? "?"} ${doing} ${describe(cell).name}`;
    })
    .join(", ");
}
