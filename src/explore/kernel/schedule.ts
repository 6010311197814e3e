/** The schedule of an execution: the thread of each step, and a description of each step. */
import { at } from "../../vocabulary/index.js";
import type { MailboxKind } from "../../platform/sync/index.js";
import { dependent, FLAG, KIND, RECORD, word } from "./operation-records.js";
import { OWN_PROGRAMS, type ProgramSource } from "./load-program.js";
import type { Session } from "./session.js";

/** One step of a schedule. */
export interface ScheduleStep {
  readonly thread: number;
  /** A description; empty for a step that no step of another thread depends on. */
  readonly text: string;
  /** Names of the calls that begin with it. */
  readonly begins: readonly string[];
  /** Whether the thread goes to sleep in this step, or wakes up. */
  readonly waits?: "begins" | "ends";
  /** The threads that this step wakes. */
  readonly wakes?: readonly number[];
}

/** A failing execution, written as `schedule.json`. A replay needs only `threads` and `steps`. */
export interface FailingSchedule {
  readonly version: 1;
  /** URL of the program's module, or `crowdstorm`. It is only shown, never loaded. */
  readonly module: string;
  readonly program: string;
  readonly mailbox: MailboxKind;
  readonly problems: readonly string[];
  /** Names of the threads. */
  readonly threads: readonly string[];
  /** The thread (its number) of each step. */
  readonly steps: readonly number[];
  /** The steps at which another thread runs than at the step before. */
  readonly contextSwitches: number;
  /** Whether every schedule with fewer context switches was tried. */
  readonly fewest: boolean;
  /** The outcomes of the threads that have ended. */
  readonly outcomes: Readonly<Record<string, unknown>>;
}

/** The module of the explorer's own programs, in a file: independent of where they are installed. */
const OWN = "crowdstorm";

/** The module of a program, as a schedule names it. */
export function moduleNameOf({ module }: ProgramSource): string {
  return module === OWN_PROGRAMS ? OWN : module;
}

/**
 * Whether a schedule is of one of the explorer's own programs. The user names the module of any other: a file must not
 * choose code to run.
 */
export function isOfOwnProgram({ module }: Pick<FailingSchedule, "module">): boolean {
  return module === OWN;
}

/** The threads of the steps of the session's last execution. */
export function threadsOf({ controlBlock: { words, log }, steps }: Session): number[] {
  return Array.from({ length: steps }, (_, step) => word(words, log + step * RECORD.words + RECORD.thread));
}

export function contextSwitches(threads: readonly number[]): number {
  return threads.filter((thread, step) => step > 0 && thread !== threads[step - 1]).length;
}

/** Executes a schedule again and describes its steps. */
export function describeSteps(session: Session, threads: readonly number[]): ScheduleStep[] {
  session.execute({ prefix: threads, recording: true });
  const begins = new Map<string, string[]>();
  session.reports().forEach((report, thread) => {
    for (const { step, name } of report?.calls ?? []) {
      if (name === undefined) continue;
      const key = `${thread} ${ownStep(session, thread, step)}`;
      begins.set(key, [...(begins.get(key) ?? []), name]);
    }
  });
  return threadsOf(session).map((thread, step) => ({
    thread,
    text: isRelevant(session, step) ? describeStep(session, step) : "",
    begins: begins.get(`${thread} ${step}`) ?? [],
    ...sleepOf(session, step),
  }));
}

/** The thread's first step from `step` on: a call begins with its first step. */
function ownStep({ controlBlock: { words, log }, steps }: Session, thread: number, step: number): number {
  let own = step;
  while (own < steps && word(words, log + own * RECORD.words + RECORD.thread) !== thread) own++;
  return own;
}

/** Whether a step is part of a wait, or depends on a step of another thread. */
function isRelevant({ controlBlock: { words, log }, steps }: Session, step: number): boolean {
  const at = log + step * RECORD.words;
  const kind = word(words, at + RECORD.kind);
  if (kind === KIND.start) return false;
  if (kind === KIND.wait || kind === KIND.waitWhileUnchanged || kind === KIND.wake) return true;
  for (let other = 0; other < steps; other++) {
    const otherAt = log + other * RECORD.words;
    if (word(words, otherAt + RECORD.thread) === word(words, at + RECORD.thread)) continue;
    if (other < step ? dependent(words, otherAt, at) : dependent(words, at, otherAt)) return true;
  }
  return false;
}

/** Whether its thread goes to sleep or wakes up in a step, and the threads that the step wakes. */
function sleepOf(
  { controlBlock: { words, log }, threadNames }: Session,
  step: number,
): Pick<ScheduleStep, "waits" | "wakes"> {
  const at = log + step * RECORD.words;
  switch (word(words, at + RECORD.kind)) {
    case KIND.wait:
    case KIND.waitWhileUnchanged:
      return (word(words, at + RECORD.flags) & FLAG.slept) === 0 ? {} : { waits: "begins" };
    case KIND.wake:
      return { waits: "ends" };
    case KIND.notify: {
      const woken = wokenBy(word(words, at + RECORD.detail), threadNames);
      return woken.length === 0 ? {} : { wakes: woken };
    }
    default:
      return {};
  }
}

function wokenBy(mask: number, threadNames: readonly string[]): number[] {
  return threadNames.flatMap((_name, thread) => ((mask & (1 << thread)) === 0 ? [] : [thread]));
}

function describeStep({ controlBlock: { words, log }, threadNames, describe }: Session, step: number): string {
  const record = log + step * RECORD.words;
  const kind = word(words, record + RECORD.kind);
  const flags = word(words, record + RECORD.flags);
  const { name, value } = describe(word(words, record + RECORD.cell));
  const before = word(words, record + RECORD.before);
  const after = word(words, record + RECORD.after);
  switch (kind) {
    case KIND.load:
    case KIND.test:
    case KIND.epoch:
    case KIND.changedSince:
      return `reads ${name}: ${value(before)}`;
    case KIND.wait:
    case KIND.waitWhileUnchanged:
      return (flags & FLAG.slept) === 0 ? `does not wait for ${name}: it has changed` : `waits for ${name}`;
    case KIND.wake:
      return (flags & FLAG.expired) === 0 ? `is woken by ${name}` : "times out";
    case KIND.notify: {
      const woken = wokenBy(word(words, record + RECORD.detail), threadNames).map((thread) => at(threadNames, thread));
      return woken.length === 0 ? `notifies ${name}: no thread waits` : `notifies ${name}: wakes ${woken.join(", ")}`;
    }
    default:
      return before === after ? `leaves ${name}: ${value(after)}` : `sets ${name}: ${value(before)} → ${value(after)}`;
  }
}
