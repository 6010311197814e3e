/**
 * The fault `pause-thread` of real threads. The coordinator counts the pauses of a thread in a word of shared memory,
 * and the thread blocks while the count is above 0. So overlapping pauses are one pause, and the coordinator can end
 * all of them.
 */
import { atomics } from "../../../platform/sync/index.js";

const PAUSES = 0;

/** The count of pauses of a thread, 0. */
export function newPauses(): SharedArrayBuffer {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
}

/** Blocks this thread while it is paused. */
export function standStill(pauses: SharedArrayBuffer): void {
  const cells = new Int32Array(pauses);
  for (let count = atomics.load(cells, PAUSES); count > 0; count = atomics.load(cells, PAUSES))
    atomics.wait(cells, PAUSES, count);
}

/** Begins one more pause. The caller has to notify the thread with a message. */
export function beginPause(pauses: SharedArrayBuffer): void {
  atomics.add(new Int32Array(pauses), PAUSES, 1);
}

/** Ends one pause; after the last one the thread continues. */
export function endPause(pauses: SharedArrayBuffer): void {
  const cells = new Int32Array(pauses);
  if (atomics.add(cells, PAUSES, -1) <= 0) throw new Error("a thread that is not paused was resumed");
  atomics.notify(cells, PAUSES);
}
