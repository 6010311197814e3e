/** Finds the problems of an execution. */
import { types } from "node:util";
import { END } from "./control-block.js";
import { KIND, KIND_NAMES } from "./operation-records.js";
import { ProgramError } from "./program.js";
import type { Session } from "./session.js";
import type { ProgramThreadReport } from "./program-thread.js";
import type { Json } from "../../platform/sync/index.js";
import { assert, at, errorOf, kindOf } from "../../vocabulary/index.js";

/**
 * The problems of the session's last execution, which ended with `end`: one line each.
 * @throws ProgramError when a function of the program returned an invalid value
 */
export function problemsOf(session: Session, end: number): readonly string[] {
  switch (end) {
    case END.redundant:
      return [];
    case END.deadlock:
      return [`deadlock: ${stuckThreads(session)}`];
    case END.livelock:
      return [`no end after ${session.steps} steps: ${stuckThreads(session)}`];
    case END.diverged:
      return ["the schedule cannot be followed: it names a thread that cannot run at that step"];
    default:
      return checked(session);
  }
}

function checked(session: Session): readonly string[] {
  const { program, threadNames, env } = session;
  const reports = session.reports();
  for (const [thread, report] of reports.entries()) {
    if (report?.invalid === undefined) continue;
    throw new ProgramError(
      `program ${program.name}: what the thread ${at(threadNames, thread)} returns ${report.invalid}`,
    );
  }
  const thrown = reports.flatMap((report, thread) =>
    report?.threw === undefined ? [] : [`${at(threadNames, thread)} threw ${report.threw}`],
  );
  if (thrown.length > 0) return thrown;
  const outcomes = Object.fromEntries(threadNames.map((name, thread) => [name, outcomeOf(reports[thread], name)]));
  let problems: unknown;
  try {
    problems = program.check({ outcomes, env });
  } catch (error) {
    // For example a message in the mailbox that cannot be decoded.
    return [`the check threw ${errorOf(error)}`];
  }
  return textsOf(problems, program.name);
}

function outcomeOf(report: ProgramThreadReport | undefined, thread: string): Json {
  assert(report?.value !== undefined, `the thread ${thread} has ended without an outcome`);
  return report.value;
}

function textsOf(problems: unknown, name: string): readonly string[] {
  const found = types.isProxy(problems) || !Array.isArray(problems) ? undefined : Array.from<unknown>(problems);
  for (const one of [problems, ...(found ?? [])]) if (types.isPromise(one)) one.catch(() => undefined);
  const texts = found?.filter((problem) => typeof problem === "string");
  if (texts !== undefined && texts.length === found?.length) return texts;
  const other = found?.find((problem) => typeof problem !== "string");
  throw new ProgramError(
    `program ${name}: check must return a list of texts, one for each problem, empty if there is none, ` +
      `not ${kindOf(problems)}${found === undefined ? "" : ` with ${kindOf(other)} in it`}`,
  );
}

/** The unfinished threads, each with its pending operation. */
function stuckThreads({ stuck, threadNames, describe }: Session): string {
  return stuck
    .map(({ thread, kind, cell }) => {
      const doing = kind === KIND.wake ? "waits for" : `is before ${at(KIND_NAMES, kind)} of`;
      return `${at(threadNames, thread)} ${doing} ${describe(cell).name}`;
    })
    .join(", ");
}
