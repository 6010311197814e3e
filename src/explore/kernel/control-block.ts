/**
 * The memory that the explorer and the threads of a program share: whose turn it is, what each thread is about to do, the
 * schedule to follow and the record of what was done. Everything a scheduling decision needs is here, so whichever thread
 * runs can take it, and a thread that goes on costs no hand-over. Only who has the baton touches it.
 */
import { FLAG, KIND, RECORD, word } from "./operation-records.js";
import { MAX_PROGRAM_THREADS } from "./program.js";

/** The explorer's place at the baton, after the threads'. */
export const EXPLORER = MAX_PROGRAM_THREADS;
/** The most bytes of JSON that a thread's outcome can have. */
export const OUTCOME_BYTES = 16 * 1024;

export const POLICY = { first: 0, random: 1, pct: 2 } as const;

/** How an execution can end. */
export const END = {
  running: 0,
  completed: 1,
  /** Threads are left and none can run. */
  deadlock: 2,
  /** Whatever goes on from here has been explored elsewhere. */
  redundant: 3,
  /** The step bound was reached. */
  livelock: 4,
  /** The schedule names a thread that cannot run here. */
  diverged: 5,
} as const;

/** Words of the board. The first are the baton's, one a participant. */
export const CONTROL = {
  end: 16,
  step: 17,
  /** Threads that need not be tried now: all that can follow was explored elsewhere. */
  sleeping: 18,
  prefixLength: 19,
  policy: 20,
  random: 21,
  maxSteps: 22,
  threads: 23,
  /** Every thread has to give up at its next scheduling point. */
  aborting: 24,
  quit: 25,
  recording: 26,
  changePoints: 27,
  nextLowPriority: 28,
  /** The thread that made the last step. */
  last: 29,
  /** How many notes there are; more than fit if some are missing. */
  notes: 30,
  changeAt: 32,
  /** Where the record of a thread's next operation is laid out to be compared. */
  scratch: 64,
  pending: 80,
} as const;
export const MAX_CHANGE_POINTS = 32;

/** Words of each thread: its next operation and its standing. */
export const PENDING = {
  kind: 0,
  cell: 1,
  operand: 2,
  expected: 3,
  /** The cell when the operation was announced, and what it would then have become. */
  seen: 4,
  would: 5,
  timed: 6,
  notified: 7,
  priority: 8,
  timeoutPriority: 9,
  outcomeBytes: 10,
  age: 11,
  words: 16,
} as const;

/** Words of a note: of something that belongs to the operation before. */
export const NOTE = {
  /** How many steps had been made. */
  step: 0,
  /** What is noted ({@link NOTED}). */
  what: 1,
  /** Of a plain access: the cell and its value. Of a stage: both are a hash of what the thread remembers. */
  cell: 2,
  value: 3,
  words: 4,
} as const;
export const NOTED = { read: 0, written: 1, stage: 2 } as const;
/** How many notes of an execution are kept, for each step that it can have. */
const NOTES_PER_STEP = 4;

export interface ControlBlock {
  readonly buffer: SharedArrayBuffer;
  readonly words: Int32Array;
  readonly outcomes: Buffer;
  /** Index of the first word of the schedule, of the records, and of the notes; and how many of these fit. */
  readonly prefix: number;
  readonly log: number;
  readonly notes: number;
  readonly maxNotes: number;
}

export function createControlBlock(maxSteps: number): ControlBlock {
  const words =
    CONTROL.pending + MAX_PROGRAM_THREADS * PENDING.words + maxSteps * (1 + RECORD.words + NOTES_PER_STEP * NOTE.words);
  const controlBlock = openControlBlock(
    new SharedArrayBuffer(words * 4 + MAX_PROGRAM_THREADS * OUTCOME_BYTES),
    maxSteps,
  );
  controlBlock.words[CONTROL.maxSteps] = maxSteps;
  return controlBlock;
}

export function openControlBlock(buffer: SharedArrayBuffer, maxSteps: number): ControlBlock {
  const prefix = CONTROL.pending + MAX_PROGRAM_THREADS * PENDING.words;
  const log = prefix + maxSteps;
  const notes = log + maxSteps * RECORD.words;
  const maxNotes = maxSteps * NOTES_PER_STEP;
  const end = notes + maxNotes * NOTE.words;
  return {
    buffer,
    words: new Int32Array(buffer, 0, end),
    outcomes: Buffer.from(buffer, end * 4),
    prefix,
    log,
    notes,
    maxNotes,
  };
}

/** Index of the words of `thread`. */
export function pendingOf(thread: number): number {
  return CONTROL.pending + thread * PENDING.words;
}

/** Bit mask of the threads that can make a step. */
export function enabledThreads(words: Int32Array): number {
  let enabled = 0;
  const threads = word(words, CONTROL.threads);
  for (let thread = 0; thread < threads; thread++) {
    const at = pendingOf(thread);
    const kind = word(words, at + PENDING.kind);
    if (kind === KIND.done) continue;
    if (kind === KIND.wake && word(words, at + PENDING.notified) === 0 && word(words, at + PENDING.timed) === 0)
      continue;
    enabled |= 1 << thread;
  }
  return enabled;
}

/** Whether the thread's next step would be that its timeout passes. */
export function isExpiring(words: Int32Array, thread: number): boolean {
  const at = pendingOf(thread);
  return word(words, at + PENDING.kind) === KIND.wake && word(words, at + PENDING.notified) === 0;
}

/** Bit mask of the threads that sleep on `cell` and were not notified yet. */
export function sleepersOn(words: Int32Array, cell: number): number {
  let sleepers = 0;
  if (cell < 0) return 0;
  const threads = word(words, CONTROL.threads);
  for (let thread = 0; thread < threads; thread++) {
    if (isExpiring(words, thread) && word(words, pendingOf(thread) + PENDING.cell) === cell) sleepers |= 1 << thread;
  }
  return sleepers;
}

/** Lays out at `BOARD.scratch` the record of what `thread` would do now. `value` is what its cell holds now. */
export function sketchPending(words: Int32Array, thread: number, value: number): void {
  const at = pendingOf(thread);
  const kind = word(words, at + PENDING.kind);
  const cell = word(words, at + PENDING.cell);
  let before = value;
  let after = value;
  let detail = 0;
  let flags = 0;
  switch (kind) {
    case KIND.test:
    case KIND.epoch:
      detail = word(words, at + PENDING.operand);
      break;
    case KIND.raise:
    case KIND.changedSince:
    case KIND.clearBitsIfUnchanged:
      detail = word(words, at + PENDING.expected);
      after = afterOperation(kind, value, word(words, at + PENDING.operand), detail);
      break;
    case KIND.waitWhileUnchanged:
      detail = word(words, at + PENDING.expected);
      if (((value ^ word(words, at + PENDING.operand)) & detail) === 0) flags = FLAG.slept;
      break;
    case KIND.wait:
      if (value === word(words, at + PENDING.expected)) flags = FLAG.slept;
      break;
    case KIND.notify:
      detail = sleepersOn(words, cell);
      break;
    case KIND.wake:
      if (word(words, at + PENDING.notified) === 0) flags = FLAG.expired;
      break;
    case KIND.update:
      // Its mask.
      detail = word(words, at + PENDING.expected);
      if (((value ^ word(words, at + PENDING.seen)) & detail) === 0) {
        after = (value & ~detail) | (word(words, at + PENDING.would) & detail);
      } else {
        // Its function is not at hand here, so it is taken for a change that everyone sees.
        before = 0;
        after = detail;
      }
      break;
    default:
      after = afterOperation(kind, value, word(words, at + PENDING.operand), word(words, at + PENDING.expected));
  }
  words[CONTROL.scratch + RECORD.thread] = thread;
  words[CONTROL.scratch + RECORD.kind] = kind;
  words[CONTROL.scratch + RECORD.cell] = cell;
  words[CONTROL.scratch + RECORD.before] = before;
  words[CONTROL.scratch + RECORD.after] = after;
  words[CONTROL.scratch + RECORD.detail] = detail;
  words[CONTROL.scratch + RECORD.flags] = flags;
  words[CONTROL.scratch + RECORD.since] = word(words, at + PENDING.operand);
}

/** What a cell that holds `value` holds after an operation (other than update). */
export function afterOperation(kind: number, value: number, operand: number, expected: number): number {
  switch (kind) {
    case KIND.store:
    case KIND.exchange:
      return operand;
    case KIND.add:
    case KIND.bump:
      return (value + operand) | 0;
    case KIND.or:
      return value | operand;
    case KIND.and:
      return value & operand;
    case KIND.compareExchange:
      return value === expected ? operand : value;
    case KIND.raise:
      return (value + operand) | expected;
    case KIND.clearBitsIfUnchanged:
      return value === operand ? value & ~expected : value;
    default:
      return value;
  }
}
