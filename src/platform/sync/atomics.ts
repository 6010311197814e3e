/**
 * Every atomic operation of the project, and the point at which the explorer takes control of them.
 *
 * All are sequentially consistent (ECMA-262, memory model). Without a control installed each function is one predictable
 * branch and the operation itself; V8 inlines it.
 */

/** The operations that a {@link Control} is asked about before they are performed. */
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

/** What some bits of a cell are to be, from what they are and an argument. Must depend on nothing else: it may be called again. */
export type Update = (value: number, argument: number) => number;

/** Decides when this thread's next operation on shared memory takes place, and what waiting means. */
export interface Control {
  /**
   * Called before each operation; returns when this thread may perform it. `operand` is the operation's value, delta, mask or
   * ticket, `expected` what a compareExchange expects or the bits of an update, a raise, or of whatever uses a ticket, `next` the
   * function of an update; so that a control can tell what the operation will do to the cell.
   */
  before(
    operation: AtomicOperation,
    cells: Int32Array,
    index: number,
    operand: number,
    expected: number,
    next: Update | undefined,
  ): void;
  /** Takes the place of `Atomics.wait`: blocks logically. */
  wait(cells: Int32Array, index: number, expected: number, timeoutMs: number): WaitResult;
  /** Takes the place of `Atomics.notify`: wakes logical waiters. */
  notify(cells: Int32Array, index: number): void;
  /** Told after this thread has read or written `words` plain words, which belongs to the operation before. */
  plain?(access: PlainAccess, cells: Int32Array, index: number, words: number): void;
  /** Keeps what tickets stand for to itself, so that a thread can use them for nothing but what they are for. */
  readonly epochs?: EpochTable;
}

/** Tickets ({@link readEpoch}) that do not say what the cell held. */
export interface EpochTable {
  /** A ticket for `value`, which the cell holds; it has the bits of `tells` of it, and nothing else to do with it. */
  conceal(value: number, observableBits: number): number;
  /** What the cell held at the time of the ticket. Called before each operation that uses it. */
  reveal(epoch: number): number;
  /** Takes the place of {@link waitWhileUnchanged}, and is one operation as a control's `wait` is. */
  wait(cells: Int32Array, index: number, since: number, mask: number, timeoutMs: number): WaitResult;
}

let control: Control | undefined;

/** Puts this thread's operations under `next`, or (with `undefined`) back under the machine's own scheduling. */
export function takeControl(next: Control | undefined): void {
  control = next;
}

/** Whether a control wants to know of plain accesses ({@link notePlain}). */
export function isControlled(): boolean {
  return control !== undefined;
}

/**
 * Tells the control, if there is one, that this thread has read or written shared words without an atomic operation, under the
 * protection of one. Every such access has to be told: what a thread does next may depend on what it read.
 */
export function notePlain(access: PlainAccess, cells: Int32Array, index: number, words: number): void {
  control?.plain?.(access, cells, index, words);
}

export function load(cells: Int32Array, index: number): number {
  if (control !== undefined) control.before("load", cells, index, 0, 0, undefined);
  return Atomics.load(cells, index);
}

/**
 * Whether any bit of `mask` is up. To be preferred to {@link load} wherever that is all one wants to know: the explorer then
 * need not try the orders of this look and of writes that do not change the answer.
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
 * Changes the bits of `mask` to `next(bits, argument)` in one atomic step; returns these bits as they were before. It sees
 * and changes no others, so updates of different bits of a cell do not matter to each other. The usual loop of load and
 * compareExchange; an iteration that fails has done nothing but look, so the loop as a whole is one operation, at its last
 * compareExchange, and that is how the explorer sees it.
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

/** Adds `delta` and returns nothing, so that it does not matter in which order several threads do it. */
export function bump(cells: Int32Array, index: number, delta: number): void {
  if (control !== undefined) control.before("bump", cells, index, delta, 0, undefined);
  Atomics.add(cells, index, delta);
}

/**
 * Adds `delta` and puts the bits of `mask` up, which lie below those of `delta`; returns nothing, so that it does not matter in
 * which order several threads do it. The loop is one operation, as that of {@link update}.
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
 * What the cell holds, to be compared with what it holds later ({@link changedSince}, {@link clearBitsIfUnchanged}, {@link waitWhileUnchanged}) and for
 * nothing else; only the bits of `tells` may be looked at. The explorer then need not tell apart what differs by the rest.
 */
export function readEpoch(cells: Int32Array, index: number, observableBits: number): number {
  if (control !== undefined) control.before("epoch", cells, index, observableBits, 0, undefined);
  const value = Atomics.load(cells, index);
  return control?.epochs === undefined ? value : control.epochs.conceal(value, observableBits);
}

/** Whether any bit of `mask` is another than at the time of the ticket. */
export function changedSince(cells: Int32Array, index: number, epoch: number, mask: number): boolean {
  const since = control?.epochs === undefined ? epoch : control.epochs.reveal(epoch);
  if (control !== undefined) control.before("changedSince", cells, index, since, mask, undefined);
  return ((Atomics.load(cells, index) ^ since) & mask) !== 0;
}

/** Lowers the bits of `mask` if the cell holds what it held at the time of the ticket; returns whether it did. */
export function clearBitsIfUnchanged(cells: Int32Array, index: number, epoch: number, mask: number): boolean {
  const since = control?.epochs === undefined ? epoch : control.epochs.reveal(epoch);
  if (control !== undefined) control.before("clearBitsIfUnchanged", cells, index, since, mask, undefined);
  return Atomics.compareExchange(cells, index, since, since & ~mask) === since;
}

/**
 * Blocks this thread while the bits of `mask` are those of the ticket, as {@link wait} does. The result can be `not-equal` though
 * they are, if others have changed: whoever waits looks again.
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

/** Blocks this thread while the cell holds `expected`, until notified or `timeoutMs` (fractional, `Infinity`) passed. */
export function wait(cells: Int32Array, index: number, expected: number, timeoutMs = Infinity): WaitResult {
  if (control !== undefined) return control.wait(cells, index, expected, timeoutMs);
  return Atomics.wait(cells, index, expected, timeoutMs);
}

/** What a cell of 64 bits holds. Such cells are for what no order of operations depends on: the explorer is not asked. */
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
 * Looks at the cell again and again while it holds `expected`, `looks` times at most: whoever expects a change within microseconds
 * sees it sooner so than by sleeping. It decides nothing, so the explorer need not know of it: to look for longer is no different
 * from going on later.
 */
export function spinWait(cells: Int32Array, index: number, expected: number, spins: number): void {
  if (control !== undefined) return;
  for (let spin = 0; spin < spins; spin++) {
    if (Atomics.load(cells, index) !== expected) return;
  }
}

/**
 * As {@link wait}, without blocking: a promise that ends when the cell is notified, or `undefined` when it no longer holds
 * `expected`. Used for one cell a thread, its doorbell; never under control.
 */
export function waitAsync(cells: Int32Array, index: number, expected: number): Promise<WaitResult> | undefined {
  const outcome = Atomics.waitAsync(cells, index, expected);
  return outcome.async ? outcome.value : undefined;
}
