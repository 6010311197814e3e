/**
 * The order of a slot's operations, for recording: each operation takes a number in the slot, and no other takes one
 * until it has taken effect. So the numbers are the order in which operations took effect, across the words of the
 * slot.
 *
 * One word: bits 0–5 are the thread that is in an operation, plus 1; the bits above count the operations. When a thread
 * dies in an operation, {@link recoverOrder} ends it, and its number remains unused.
 */
import { compareExchange, load, store, wait } from "./atomics.js";

const OWNER = 0x3f;
const NUMBER_SHIFT = 6;
/** An operation takes less than a microsecond unless its thread was preempted: then spinning is useless. */
const SPIN_LIMIT = 200;
const SLEEP_MS = 0.05;

/** Begins an operation of `thread`; returns its number. */
export function beginOrdered(cells: Int32Array, word: number, thread: number): number {
  const order = load(cells, word);
  if ((order & OWNER) === 0 && compareExchange(cells, word, order, order | (thread + 1)) === order)
    return order >>> NUMBER_SHIFT;
  return beginContended(cells, word, thread);
}

/** Ends the operation `number`, which has taken effect. */
export function endOrdered(cells: Int32Array, word: number, number: number): void {
  store(cells, word, (number + 1) << NUMBER_SHIFT);
}

/** Ends the operation that `thread`, which is dead, was in, if any. */
export function recoverOrder(cells: Int32Array, word: number, thread: number): void {
  const order = load(cells, word);
  if ((order & OWNER) === thread + 1) endOrdered(cells, word, order >>> NUMBER_SHIFT);
}

/** {@link beginOrdered} while another thread is in an operation. Rare, so it is not inlined into every operation. */
function beginContended(cells: Int32Array, word: number, thread: number): number {
  for (let spins = 0; ; spins++) {
    const order = load(cells, word);
    if ((order & OWNER) === 0) {
      if (compareExchange(cells, word, order, order | (thread + 1)) === order) return order >>> NUMBER_SHIFT;
    } else if (spins > SPIN_LIMIT) {
      wait(cells, word, order, SLEEP_MS);
    }
  }
}
