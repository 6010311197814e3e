/** An execution as it is kept: who made which step, and what each step did. */
import type { MailboxKind } from "../../platform/sync/index.js";
import { dependent, FLAG, KIND, RECORD, word } from "./operation-records.js";
import { OWN_PROGRAMS, type ProgramSource } from "./load-program.js";
import type { Session } from "./session.js";

/** One step of a schedule. */
export interface ScheduleStep {
  readonly thread: number;
  /** What was done, in words; empty for a step that has nothing to do with another thread. */
  readonly text: string;
  /** Names of the calls that began before it. */
  readonly begins: readonly string[];
  /** Whether the thread goes to sleep in this step, or its sleep ends. */
  readonly waits?: "begins" | "ends";
  /** The threads that this step wakes. */
  readonly wakes?: readonly number[];
}

/** A failing execution. Written as `schedule.json`; `threads` and `steps` are all that a replay needs. */
export interface FailingSchedule {
  readonly version: 1;
  /** URL of the module that the program was in, or `crowdstorm`. It is told, never loaded. */
  readonly module: string;
  readonly program: string;
  readonly mailbox: MailboxKind;
  readonly problems: readonly string[];
  /** Names of the threads. */
  readonly threads: readonly string[];
  /** The thread (its number) of each step. */
  readonly steps: readonly number[];
  /** How often another thread goes on than the one before. */
  readonly contextSwitches: number;
  /** Whether it was shown that no failing execution with fewer exists. */
  readonly fewest: boolean;
  /** What each thread returned, of those that ended. */
  readonly outcomes: Readonly<Record<string, unknown>>;
}

/** Stands in a file for the module of the explorer's own programs, wherever they are installed. */
const OWN = "crowdstorm";

/** How a schedule names the module of its program. */
export function moduleNameOf({ module }: ProgramSource): string {
  return module === OWN_PROGRAMS ? OWN : module;
}

/** Whether a schedule is of one of the explorer's own programs. Of another, the user says where it is: a file names no code to run. */
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

/** The thread's first step from `step` on: a call begins when its first step is made. */
function ownStep({ controlBlock: { words, log }, steps }: Session, thread: number, step: number): number {
  let own = step;
  while (own < steps && word(words, log + own * RECORD.words + RECORD.thread) !== thread) own++;
  return own;
}

/** Whether a step depends on one of another thread, or has to do with waiting. */
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

/** What a step has to do with sleep: its thread's own, or another's that it ends. */
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
  const at = log + step * RECORD.words;
  const kind = word(words, at + RECORD.kind);
  const flags = word(words, at + RECORD.flags);
  const { name, value } = describe(word(words, at + RECORD.cell));
  const before = word(words, at + RECORD.before);
  const after = word(words, at + RECORD.after);
  switch (kind) {
    case KIND.load:
    case KIND.test:
    case KIND.epoch:
    case KIND.changedSince:
      return `sees ${name}: ${value(before)}`;
    case KIND.wait:
    case KIND.waitWhileUnchanged:
      return (flags & FLAG.slept) === 0 ? `would wait for ${name}, but it has changed` : `waits for ${name}`;
    case KIND.wake:
      return (flags & FLAG.expired) === 0 ? `is woken by ${name}` : "its time is up";
    case KIND.notify: {
      const woken = wokenBy(word(words, at + RECORD.detail), threadNames).map((thread) => threadNames[thread] ?? "");
      return woken.length === 0 ? `notifies ${name}: nobody waits` : `notifies ${name}: wakes ${woken.join(", ")}`;
    }
    default:
      return before === after ? `leaves ${name}: ${value(after)}` : `sets ${name}: ${value(before)} → ${value(after)}`;
  }
}
