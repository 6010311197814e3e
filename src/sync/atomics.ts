/**
 * Every atomic operation of the project, and the point at which the explorer takes control of them.
 *
 * All are sequentially consistent (ECMA-262, memory model). Without a control installed each function is one predictable
 * branch and the operation itself; V8 inlines it.
 */

export type AtomicOperation = "load" | "store" | "add" | "or" | "and" | "exchange" | "compareExchange" | "wait" | "notify";
export type WaitResult = "ok" | "not-equal" | "timed-out";

/** Decides when this thread's next operation on shared memory takes place, and what waiting means. */
export interface Control {
  /** Called before each operation; returns when this thread may perform it. */
  before(operation: AtomicOperation, cells: Int32Array, index: number): void;
  /** Takes the place of `Atomics.wait`: blocks logically. */
  wait(cells: Int32Array, index: number, expected: number, timeoutMs: number): WaitResult;
  /** Takes the place of `Atomics.notify`: wakes logical waiters, returns how many. */
  notify(cells: Int32Array, index: number): number;
}

let control: Control | undefined;

/** Puts this thread's operations under `next`, or (with `undefined`) back under the machine's own scheduling. */
export function takeControl(next: Control | undefined): void {
  control = next;
}

export function load(cells: Int32Array, index: number): number {
  if (control !== undefined) control.before("load", cells, index);
  return Atomics.load(cells, index);
}

export function store(cells: Int32Array, index: number, value: number): void {
  if (control !== undefined) control.before("store", cells, index);
  Atomics.store(cells, index, value);
}

/** Adds `delta`; returns the value before. */
export function add(cells: Int32Array, index: number, delta: number): number {
  if (control !== undefined) control.before("add", cells, index);
  return Atomics.add(cells, index, delta);
}

/** Sets the bits of `mask`; returns the value before. */
export function or(cells: Int32Array, index: number, mask: number): number {
  if (control !== undefined) control.before("or", cells, index);
  return Atomics.or(cells, index, mask);
}

/** Keeps only the bits of `mask`; returns the value before. */
export function and(cells: Int32Array, index: number, mask: number): number {
  if (control !== undefined) control.before("and", cells, index);
  return Atomics.and(cells, index, mask);
}

/** Stores `value`; returns the value before. */
export function exchange(cells: Int32Array, index: number, value: number): number {
  if (control !== undefined) control.before("exchange", cells, index);
  return Atomics.exchange(cells, index, value);
}

/** Stores `value` if the cell holds `expected`; returns the value before. */
export function compareExchange(cells: Int32Array, index: number, expected: number, value: number): number {
  if (control !== undefined) control.before("compareExchange", cells, index);
  return Atomics.compareExchange(cells, index, expected, value);
}

/** Blocks this thread while the cell holds `expected`, until notified or `timeoutMs` (fractional, `Infinity`) passed. */
export function wait(cells: Int32Array, index: number, expected: number, timeoutMs = Infinity): WaitResult {
  if (control !== undefined) return control.wait(cells, index, expected, timeoutMs);
  return Atomics.wait(cells, index, expected, timeoutMs);
}

/** Wakes every thread that waits on the cell; returns how many. */
export function notify(cells: Int32Array, index: number): number {
  if (control !== undefined) return control.notify(cells, index);
  return Atomics.notify(cells, index);
}

/**
 * As {@link wait}, without blocking: a promise that ends when the cell is notified, or `undefined` when it no longer holds
 * `expected`. Used for one cell a thread, its doorbell; never under control.
 */
export function waitAsync(cells: Int32Array, index: number, expected: number): Promise<WaitResult> | undefined {
  const outcome = Atomics.waitAsync(cells, index, expected);
  return outcome.async ? outcome.value : undefined;
}
