/** Finds the problems of an execution, and where the program's own code threw. */
import { types } from "node:util";
import { END } from "./control-block.js";
import { KIND, KIND_NAMES } from "./operation-records.js";
import { ProgramError } from "./program.js";
import type { Session } from "./session.js";
import type { ProgramThreadReport } from "./program-thread.js";
import type { Json } from "../../platform/sync/index.js";
import { assert, at, errorOf, kindOf, ownFramesOf } from "../../vocabulary/index.js";

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
  const outcomes = outcomesOf(reports, threadNames);
  let problems: unknown;
  try {
    problems = program.check === undefined ? [] : program.check({ outcomes, env });
  } catch (error) {
    // For example a message in the mailbox that cannot be decoded.
    return [`the check threw ${errorOf(error)}`];
  }
  return textsOf(problems, program.name);
}

/** Where the code of a program threw. */
export interface ThrownAt {
  /** The name of the thread, or `check`. */
  readonly by: string;
  /** The frames of the program's files, innermost first. */
  readonly frames: readonly string[];
}

/** Where the program's code threw in the session's last execution, which was recorded and ended with `end`. */
export function thrownIn(session: Session, end: number): ThrownAt[] {
  const { program, threadNames, env } = session;
  const reports = session.reports();
  const byThread = reports.flatMap((report, thread) =>
    report?.stack === undefined || report.stack.length === 0
      ? []
      : [{ by: at(threadNames, thread), frames: report.stack }],
  );
  if (end !== END.completed || program.check === undefined) return byThread;
  if (reports.some((report) => report?.value === undefined)) return byThread;
  try {
    program.check({ outcomes: outcomesOf(reports, threadNames), env });
  } catch (error) {
    const frames = ownFramesOf(error);
    return frames.length === 0 ? [] : [{ by: "check", frames }];
  }
  return [];
}

function outcomesOf(
  reports: readonly (ProgramThreadReport | undefined)[],
  threadNames: readonly string[],
): Readonly<Record<string, Json>> {
  return Object.fromEntries(threadNames.map((name, thread) => [name, outcomeOf(reports[thread], name)]));
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
