/** Blocks this thread for a time: waiting on a cell that nobody notifies. */
import { wait } from "./atomics.js";

const nobody = new Int32Array(new SharedArrayBuffer(4));

/** Blocks this thread for `ms` milliseconds (fractional allowed; not at all if not positive). */
export function sleepBlocked(ms: number): void {
  if (ms > 0) wait(nobody, 0, 0, ms);
}
