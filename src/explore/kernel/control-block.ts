/**
 * The memory that the explorer and the threads of a program share: the baton, the pending operation of each thread, the
 * schedule, and the records of the steps. It has everything that a scheduling decision needs. So the running thread
 * takes the decision, and a thread that continues needs no hand-over. Only the owner of the baton reads or writes it.
 */
import { FLAG, KIND, RECORD, word } from "./operation-records.js";
import { MAX_PROGRAM_THREADS } from "./program.js";

/** The explorer's place at the baton, after those of the threads. */
export const EXPLORER = MAX_PROGRAM_THREADS;
/** The most bytes of a thread's report, as JSON. */
export const OUTCOME_BYTES = 16 * 1024;

export const POLICY = { first: 0, random: 1, pct: 2 } as const;

/** How an execution can end. */
export const END = {
  running: 0,
  completed: 1,
  /** No unfinished thread can run. */
  deadlock: 2,
  /** Everything that follows is explored elsewhere. */
  redundant: 3,
  /** The execution has reached the limit of steps. */
  livelock: 4,
  /** The schedule names a thread that cannot run here. */
  diverged: 5,
} as const;

/** Words of the control block. The first are the baton's, one for each thread and the explorer. */
export const CONTROL = {
  end: 16,
  step: 17,
  /** Sleep set: threads whose next step need not be tried, because all that follows it is explored elsewhere. */
  sleeping: 18,
  prefixLength: 19,
  policy: 20,
  random: 21,
  maxSteps: 22,
  threads: 23,
  /** Every thread unwinds at its next scheduling point. */
  aborting: 24,
  quit: 25,
  recording: 26,
  changePoints: 27,
  /** The thread that made the last step. */
  last: 29,
  /** The number of notes; more than fit if some were not kept. */
  notes: 30,
  changeAt: 32,
  /** The predicted record of a thread's next operation. */
  scratch: 64,
  pending: 80,
} as const;
export const MAX_CHANGE_POINTS = 32;

/** Words of each thread: its next operation and its state. */
export const PENDING = {
  kind: 0,
  cell: 1,
  operand: 2,
  expected: 3,
  /**
   * Of an update: the value of the cell when the operation was announced, and the value that it would have after it.
   */
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

/** Words of a note: of a plain access or a stage, which takes place together with the step before it. */
export const NOTE = {
  /** The number of steps before it. */
  step: 0,
  /** Its kind ({@link NOTED}). */
  what: 1,
  /** Of a plain access: the cell and its value. Of a stage: two halves of a hash of what the thread remembers. */
  cell: 2,
  value: 3,
  words: 4,
} as const;
export const NOTED = { read: 0, written: 1, stage: 2 } as const;
/** Notes that are kept, for each step that an execution can have. */
const NOTES_PER_STEP = 4;

export interface ControlBlock {
  readonly buffer: SharedArrayBuffer;
  readonly words: Int32Array;
  readonly outcomes: Buffer;
  /** Index of the first word of the schedule, of the records, and of the notes; and the number of notes that fit. */
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

/** Whether the thread's next step is the expiry of its timeout. */
export function isExpiring(words: Int32Array, thread: number): boolean {
  const at = pendingOf(thread);
  return word(words, at + PENDING.kind) === KIND.wake && word(words, at + PENDING.notified) === 0;
}

/** Bit mask of the threads that sleep on `cell` and have not been notified. */
export function sleepersOn(words: Int32Array, cell: number): number {
  let sleepers = 0;
  if (cell < 0) return 0;
  const threads = word(words, CONTROL.threads);
  for (let thread = 0; thread < threads; thread++) {
    if (isExpiring(words, thread) && word(words, pendingOf(thread) + PENDING.cell) === cell) sleepers |= 1 << thread;
  }
  return sleepers;
}

/**
 * Writes to `CONTROL.scratch` the record that the next step of `thread` would have now. `value`: the present value of
 * its cell.
 */
export function predictRecord(words: Int32Array, thread: number, value: number): void {
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
        // Its function is not known here, so the update counts as a change that every operation observes.
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

/** The value of a cell with `value` after an operation that is not an update. */
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
