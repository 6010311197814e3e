/**
 * All atomic operations of the project, and the hook by which the explorer takes control of them.
 *
 * All are sequentially consistent (ECMA-262, memory model). Without a control installed each function is one
 * predictable branch and the operation itself; V8 inlines it.
 */

/** The operations before which a {@link Control} is called. */
export type AtomicOperation =
  | "load"
  | "test"
  | "store"
  | "add"
  | "or"
  | "and"
  | "exchange"
  | "compareExchange"
  | "update"
  | "bump"
  | "raise"
  | "epoch"
  | "changedSince"
  | "clearBitsIfUnchanged";
export type PlainAccess = "read" | "written";
export type WaitResult = "ok" | "not-equal" | "timed-out";

/** The new value of some bits of a cell, from their old value and an argument. Must be pure: it may be called again. */
export type Update = (value: number, argument: number) => number;

/** Decides when this thread's next operation on shared memory takes place, and what waiting means. */
export interface Control {
  /**
   * Called before each operation; returns when this thread may perform it. `operand` is the operation's value, delta,
   * mask or epoch; `expected` is the value that a compareExchange expects, or the bits of an update, a raise, or an
   * operation with an epoch; `next` is the function of an update. So a control can predict the operation's effect on
   * the cell.
   */
  before(
    operation: AtomicOperation,
    cells: Int32Array,
    index: number,
    operand: number,
    expected: number,
    next: Update | undefined,
  ): void;
  /** Replaces `Atomics.wait`: blocks logically. */
  wait(cells: Int32Array, index: number, expected: number, timeoutMs: number): WaitResult;
  /** Replaces `Atomics.notify`: wakes logical waiters. */
  notify(cells: Int32Array, index: number): void;
  /** Called after this thread has read or written `words` plain words, as a part of the operation before. */
  plain?(access: PlainAccess, cells: Int32Array, index: number, words: number): void;
  /** Replaces the values of epochs by opaque numbers, so that a thread can use them only as epochs. */
  readonly epochs?: EpochTable;
}

/** Epochs ({@link readEpoch}) that do not show the value of the cell. */
export interface EpochTable {
  /**
   * An epoch for `value`, which the cell holds. It has the bits of `observableBits` in common with the value, and no
   * others.
   */
  conceal(value: number, observableBits: number): number;
  /** The value of the cell at the epoch. Called before each operation that uses the epoch. */
  reveal(epoch: number): number;
  /** Replaces {@link waitWhileUnchanged}; one operation, as a control's `wait` is. */
  wait(cells: Int32Array, index: number, since: number, mask: number, timeoutMs: number): WaitResult;
}

let control: Control | undefined;

/** Puts this thread's operations under `next`, or (with `undefined`) back under the machine's own scheduling. */
export function takeControl(next: Control | undefined): void {
  control = next;
}

/** Whether a control is installed, which {@link notePlain} informs of plain accesses. */
export function isControlled(): boolean {
  return control !== undefined;
}

/**
 * Informs the control, if there is one, that this thread has read or written shared words without an atomic operation,
 * under the protection of one. Every such access must be reported: what a thread does next may depend on what it read.
 */
export function notePlain(access: PlainAccess, cells: Int32Array, index: number, words: number): void {
  control?.plain?.(access, cells, index, words);
}

export function load(cells: Int32Array, index: number): number {
  if (control !== undefined) control.before("load", cells, index, 0, 0, undefined);
  return Atomics.load(cells, index);
}

/**
 * Whether any bit of `mask` is set. Prefer it to {@link load} where that is enough: the explorer then need not try the
 * orders of this read and of writes that do not change the result.
 */
export function test(cells: Int32Array, index: number, mask: number): boolean {
  if (control !== undefined) control.before("test", cells, index, mask, 0, undefined);
  return (Atomics.load(cells, index) & mask) !== 0;
}

export function store(cells: Int32Array, index: number, value: number): void {
  if (control !== undefined) control.before("store", cells, index, value, 0, undefined);
  Atomics.store(cells, index, value);
}

/** Adds `delta`; returns the value before. */
export function add(cells: Int32Array, index: number, delta: number): number {
  if (control !== undefined) control.before("add", cells, index, delta, 0, undefined);
  return Atomics.add(cells, index, delta);
}

/** Sets the bits of `mask`; returns the value before. */
export function or(cells: Int32Array, index: number, mask: number): number {
  if (control !== undefined) control.before("or", cells, index, mask, 0, undefined);
  return Atomics.or(cells, index, mask);
}

/** Keeps only the bits of `mask`; returns the value before. */
export function and(cells: Int32Array, index: number, mask: number): number {
  if (control !== undefined) control.before("and", cells, index, mask, 0, undefined);
  return Atomics.and(cells, index, mask);
}

/** Stores `value`; returns the value before. */
export function exchange(cells: Int32Array, index: number, value: number): number {
  if (control !== undefined) control.before("exchange", cells, index, value, 0, undefined);
  return Atomics.exchange(cells, index, value);
}

/** Stores `value` if the cell holds `expected`; returns the value before. */
export function compareExchange(cells: Int32Array, index: number, expected: number, value: number): number {
  if (control !== undefined) control.before("compareExchange", cells, index, value, expected, undefined);
  return Atomics.compareExchange(cells, index, expected, value);
}

/**
 * Changes the bits of `mask` to `next(bits, argument)` in one atomic step; returns these bits as they were before. It
 * sees and changes no others, so updates of different bits of a cell are independent. The usual loop of load and
 * compareExchange. An iteration that fails has only read, so to the explorer the whole loop is one operation, at its
 * last compareExchange.
 */
export function update(cells: Int32Array, index: number, mask: number, next: Update, argument: number): number {
  if (control !== undefined) control.before("update", cells, index, argument, mask, next);
  for (let value = Atomics.load(cells, index); ; ) {
    const bits = value & mask;
    const seen = Atomics.compareExchange(cells, index, value, (value & ~mask) | (next(bits, argument) & mask));
    if (seen === value) return bits;
    value = seen;
  }
}

/** Adds `delta` and returns nothing, so additions of several threads commute. */
export function bump(cells: Int32Array, index: number, delta: number): void {
  if (control !== undefined) control.before("bump", cells, index, delta, 0, undefined);
  Atomics.add(cells, index, delta);
}

/**
 * Adds `delta` and sets the bits of `mask`, which lie below those of `delta`; returns nothing, so calls of several
 * threads commute. The loop is one operation, as that of {@link update}.
 */
export function raise(cells: Int32Array, index: number, delta: number, mask: number): void {
  if (control !== undefined) control.before("raise", cells, index, delta, mask, undefined);
  for (let value = Atomics.load(cells, index); ; ) {
    const seen = Atomics.compareExchange(cells, index, value, (value + delta) | mask);
    if (seen === value) return;
    value = seen;
  }
}

/**
 * The epoch of the cell: its value, only to be compared with a later value by {@link changedSince},
 * {@link clearBitsIfUnchanged} and {@link waitWhileUnchanged}. Only the bits of `observableBits` may be read from it.
 * The explorer then need not distinguish states that differ in other bits.
 */
export function readEpoch(cells: Int32Array, index: number, observableBits: number): number {
  if (control !== undefined) control.before("epoch", cells, index, observableBits, 0, undefined);
  const value = Atomics.load(cells, index);
  return control?.epochs === undefined ? value : control.epochs.conceal(value, observableBits);
}

/** Whether any bit of `mask` has changed since the epoch. */
export function changedSince(cells: Int32Array, index: number, epoch: number, mask: number): boolean {
  const since = control?.epochs === undefined ? epoch : control.epochs.reveal(epoch);
  if (control !== undefined) control.before("changedSince", cells, index, since, mask, undefined);
  return ((Atomics.load(cells, index) ^ since) & mask) !== 0;
}

/** Clears the bits of `mask` if the cell has the value that it had at the epoch; returns whether it had. */
export function clearBitsIfUnchanged(cells: Int32Array, index: number, epoch: number, mask: number): boolean {
  const since = control?.epochs === undefined ? epoch : control.epochs.reveal(epoch);
  if (control !== undefined) control.before("clearBitsIfUnchanged", cells, index, since, mask, undefined);
  return Atomics.compareExchange(cells, index, since, since & ~mask) === since;
}

/**
 * Blocks this thread while the bits of `mask` are those of the epoch, as {@link wait} does. The result can be
 * `not-equal` although they are, if other bits have changed: the caller checks again.
 */
export function waitWhileUnchanged(
  cells: Int32Array,
  index: number,
  epoch: number,
  mask: number,
  timeoutMs: number,
): WaitResult {
  if (control?.epochs !== undefined)
    return control.epochs.wait(cells, index, control.epochs.reveal(epoch), mask, timeoutMs);
  const value = Atomics.load(cells, index);
  return ((value ^ epoch) & mask) === 0 ? wait(cells, index, value, timeoutMs) : "not-equal";
}

/**
 * Blocks this thread while the cell holds `expected`, until notified or `timeoutMs` (fractional, `Infinity`) passed.
 */
export function wait(cells: Int32Array, index: number, expected: number, timeoutMs = Infinity): WaitResult {
  if (control !== undefined) return control.wait(cells, index, expected, timeoutMs);
  return Atomics.wait(cells, index, expected, timeoutMs);
}

/**
 * The value of a cell of 64 bits. No order of operations may depend on such cells: they are not under the explorer's
 * control.
 */
export function loadLong(cells: BigInt64Array, index: number): bigint {
  return Atomics.load(cells, index);
}

/** Adds `delta` to a cell of 64 bits. See {@link loadLong}. */
export function addLong(cells: BigInt64Array, index: number, delta: bigint): void {
  Atomics.add(cells, index, delta);
}

/** Wakes every thread that waits on the cell. */
export function notify(cells: Int32Array, index: number): void {
  if (control !== undefined) control.notify(cells, index);
  else Atomics.notify(cells, index);
}

/**
 * Reads the cell repeatedly while it holds `expected`, at most `spins` times: a thread that expects a change within
 * microseconds sees it sooner than by sleeping. It has no result, so it is not under the explorer's control: a longer
 * spin is the same as a later continuation.
 */
export function spinWait(cells: Int32Array, index: number, expected: number, spins: number): void {
  if (control !== undefined) return;
  for (let spin = 0; spin < spins; spin++) {
    if (Atomics.load(cells, index) !== expected) return;
  }
}

/**
 * As {@link wait}, without blocking: a promise that is settled when the cell is notified, or `undefined` when it no
 * longer holds `expected`. Used for one cell per thread, its doorbell; never under control.
 */
export function waitAsync(cells: Int32Array, index: number, expected: number): Promise<WaitResult> | undefined {
  const outcome = Atomics.waitAsync(cells, index, expected);
  return outcome.async ? outcome.value : undefined;
}
