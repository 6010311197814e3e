/**
 * The fault `pause-thread`, on both of its sides: the coordinator counts the pauses of a thread in a word of shared memory, and the
 * thread stands still while there is one. So pauses that overlap are one pause, and the coordinator can end all of them.
 */
import { atomics } from "../../../platform/sync/index.js";

const PAUSES = 0;

/** How many pauses a thread is in: none. */
export function newPauses(): SharedArrayBuffer {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
}

/** Blocks this thread for as long as it is paused. */
export function standStill(pauses: SharedArrayBuffer): void {
  const cells = new Int32Array(pauses);
  for (let count = atomics.load(cells, PAUSES); count > 0; count = atomics.load(cells, PAUSES))
    atomics.wait(cells, PAUSES, count);
}

/** Begins one more pause. The thread has to be told that there is one. */
export function beginPause(pauses: SharedArrayBuffer): void {
  atomics.add(new Int32Array(pauses), PAUSES, 1);
}

/** Ends one pause; with the last the thread goes on. */
export function endPause(pauses: SharedArrayBuffer): void {
  const cells = new Int32Array(pauses);
  if (atomics.add(cells, PAUSES, -1) <= 0) throw new Error("a thread that is not paused was to go on");
  atomics.notify(cells, PAUSES);
}
