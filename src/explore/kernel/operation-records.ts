/**
 * The record of a step, as numbers in shared memory, and the dependency of two records.
 *
 * Two operations of different threads are independent if their order makes no difference when one follows the other
 * directly: both return the same, and memory and waiting threads are the same afterwards. Then it is enough to explore
 * one order. The decision uses the effects of the operations, not only their kinds: a compareExchange that failed, or
 * an `and` that cleared no bit, has only read its cell.
 */

/**
 * Kinds of operation. `start` begins a thread. `wait` compares the cell and goes to sleep, `wake` ends the sleep.
 * `waitWhileUnchanged` is a wait that compares with an epoch.
 */
export const KIND = {
  start: 0,
  load: 1,
  test: 2,
  store: 3,
  add: 4,
  or: 5,
  and: 6,
  exchange: 7,
  compareExchange: 8,
  update: 9,
  bump: 10,
  raise: 11,
  epoch: 12,
  changedSince: 13,
  clearBitsIfUnchanged: 14,
  waitWhileUnchanged: 15,
  wait: 16,
  notify: 17,
  wake: 18,
  done: 19,
} as const;

export const KIND_NAMES = Object.keys(KIND) as (keyof typeof KIND)[];

/** Words of a record. */
export const RECORD = {
  thread: 0,
  kind: 1,
  /** The cell ({@link CellMap}); negative: none, or a private one. */
  cell: 2,
  /** The value of the cell before and after. */
  before: 3,
  after: 4,
  /**
   * Of a test, an update, a raise or an operation that uses an epoch: its mask. Of an epoch: its observable bits. Of a
   * wait: the value that it expects. Of a notify: bit mask of the threads that it woke.
   */
  detail: 5,
  flags: 6,
  /** Bit masks: the threads that could run here, and the sleep set. */
  enabled: 7,
  sleeping: 8,
  /**
   * Of a bump or raise: the addend. Of an operation that uses an epoch: the value of the cell then, and how many epochs
   * ago, from 1.
   */
  since: 9,
  age: 10,
  words: 11,
} as const;
/** The words of a record that are the same whenever a program is executed in the same order. */
export const DETERMINED = [RECORD.thread, RECORD.kind, RECORD.cell, RECORD.before, RECORD.after] as const;

export const FLAG = {
  /** Of a wait: the cell had the expected value, so the thread went to sleep. */
  slept: 1,
  /** Of a wake: the timeout ended the sleep, not a notify. */
  expired: 2,
  /** Of a wake: it has a timeout. */
  timed: 4,
} as const;

/** Whether the records at `a` and `b` of `words`, of different threads, depend on each other. `a` came first. */
export function dependent(words: Int32Array, a: number, b: number): boolean {
  const cell = word(words, a + RECORD.cell);
  if (cell < 0 || cell !== word(words, b + RECORD.cell)) return false;
  const kindA = word(words, a + RECORD.kind);
  const kindB = word(words, b + RECORD.kind);
  if (kindA <= KIND.wait && kindB <= KIND.wait) return changedForOther(words, a, b) || changedForOther(words, b, a);
  if (kindA === KIND.notify) return notifyDepends(words, a, b, kindB);
  if (kindB === KIND.notify) return notifyDepends(words, b, a, kindA);
  return false;
}

/** Whether the operation at `a` changed what the operation at `b` observes of the cell. */
function changedForOther(words: Int32Array, a: number, b: number): boolean {
  const before = word(words, a + RECORD.before);
  const after = word(words, a + RECORD.after);
  if (before === after) return false;
  const mask = word(words, b + RECORD.detail);
  switch (word(words, b + RECORD.kind)) {
    case KIND.test:
      return ((before & mask) !== 0) !== ((after & mask) !== 0);
    case KIND.update:
      return ((before ^ after) & mask) !== 0;
    case KIND.bump:
    case KIND.raise:
      return !(adds(words, a) && addsCommute(deltaAt(words, a), maskAt(words, a), deltaAt(words, b), maskAt(words, b)));
    case KIND.changedSince:
    case KIND.waitWhileUnchanged:
      return (
        (((before ^ word(words, b + RECORD.since)) & mask) === 0) !==
        (((after ^ word(words, b + RECORD.since)) & mask) === 0)
      );
    case KIND.clearBitsIfUnchanged:
      return before === word(words, b + RECORD.since) || after === word(words, b + RECORD.since);
    default:
      return true;
  }
}

/** Whether two operations commute, each of which adds a delta and then sets the bits of a mask. */
export function addsCommute(delta: number, mask: number, otherDelta: number, otherMask: number): boolean {
  return mask < (otherDelta & -otherDelta) && otherMask < (delta & -delta);
}

function adds(words: Int32Array, at: number): boolean {
  const kind = word(words, at + RECORD.kind);
  return kind === KIND.bump || kind === KIND.raise;
}

function deltaAt(words: Int32Array, at: number): number {
  return word(words, at + RECORD.since);
}

function maskAt(words: Int32Array, at: number): number {
  return word(words, at + RECORD.kind) === KIND.raise ? word(words, at + RECORD.detail) : 0;
}

function notifyDepends(words: Int32Array, notify: number, other: number, kind: number): boolean {
  const flags = word(words, other + RECORD.flags);
  const woke = word(words, notify + RECORD.detail);
  switch (kind) {
    case KIND.wait:
    case KIND.waitWhileUnchanged:
      return (flags & FLAG.slept) !== 0;
    case KIND.notify:
      // The notify that woke a thread happens before the thread's next step, so two notifies of one waiter do not
      // commute.
      return (woke | word(words, other + RECORD.detail)) !== 0;
    case KIND.wake:
      return (flags & FLAG.expired) !== 0 || (woke & (1 << word(words, other + RECORD.thread))) !== 0;
    default:
      return false;
  }
}

/** The word at `index`, which must be in range. Not checked: the hottest loops read with it. */
export function word(words: Int32Array, index: number): number {
  return words[index] as number;
}
