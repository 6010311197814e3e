/** The schedule of an execution: the thread of each step, and a description of each step. */
import { at } from "../../vocabulary/index.js";
import type { MailboxKind } from "../../platform/sync/index.js";
import { dependent, FLAG, KIND, RECORD, word } from "./operation-records.js";
import type { ThrownAt } from "./execution-problems.js";
import { OWN_PROGRAMS, type ProgramSource } from "./load-program.js";
import type { Session } from "./session.js";

/** One step of a schedule. */
export interface ScheduleStep {
  readonly thread: number;
  /** A description; empty for a step that changes nothing and that no step of another thread depends on. */
  readonly text: string;
  /** Whether it changes a value. */
  readonly changes?: true;
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
  /** Where the program's own code threw; absent when it did not, or it is not known. */
  readonly thrown?: readonly ThrownAt[];
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

/** Where the program's own code threw what a problem names; empty when it is not known. */
export function framesOf({ thrown = [] }: FailingSchedule, problem: string): readonly string[] {
  const found = thrown.find(({ by }) => problem.startsWith(`${by === "check" ? "the check" : by} threw `));
  return found?.frames ?? [];
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
    ...(changesValue(session, step) && { changes: true }),
    ...sleepOf(session, step),
  }));
}

/** The thread's first step from `step` on: a call begins with its first step. */
function ownStep({ controlBlock: { words, log }, steps }: Session, thread: number, step: number): number {
  let own = step;
  while (own < steps && word(words, log + own * RECORD.words + RECORD.thread) !== thread) own++;
  return own;
}

/** Whether a step changes a value that the check, or a later step of any thread, can observe. */
function changesValue({ controlBlock: { words, log } }: Session, step: number): boolean {
  const at = log + step * RECORD.words;
  return word(words, at + RECORD.cell) >= 0 && word(words, at + RECORD.before) !== word(words, at + RECORD.after);
}

/**
 * Whether a step is shown: it is part of a wait, it changes a value, or it depends on a step of another thread. A
 * change that no other thread observes can still decide: the check reads what is left in the end.
 */
function isRelevant(session: Session, step: number): boolean {
  const { words, log } = session.controlBlock;
  const { steps } = session;
  const at = log + step * RECORD.words;
  const kind = word(words, at + RECORD.kind);
  if (kind === KIND.start) return false;
  if (kind === KIND.wait || kind === KIND.waitWhileUnchanged || kind === KIND.wake) return true;
  if (changesValue(session, step)) return true;
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

/** A line of a printed schedule. */
export interface ScheduleLine {
  /** The number of the step, from 0. */
  readonly step: number;
  readonly text: string;
  readonly isCall: boolean;
}

/**
 * The lines of a printed schedule, in the order of the steps: the calls that begin, and what the shown steps do. A
 * read that repeats the line before it, of the same thread, is left out; a change of a value never is.
 */
export function scheduleLines(steps: readonly ScheduleStep[]): ScheduleLine[] {
  const lines: ScheduleLine[] = [];
  steps.forEach(({ thread, text, changes, begins }, step) => {
    for (const name of begins) lines.push({ step, text: `▸ ${name}`, isCall: true });
    if (text === "") return;
    const before = lines.at(-1);
    const isRepeated = before?.text === text && steps[before.step]?.thread === thread && !before.isCall;
    if (changes === true || !isRepeated) lines.push({ step, text, isCall: false });
  });
  return lines;
}
