/** Blocks this thread for a time, by a wait on a cell that is never notified. */
import { wait } from "./atomics.js";

const unnotified = new Int32Array(new SharedArrayBuffer(4));

/** Blocks this thread for `ms` milliseconds (fractional allowed; zero or less does not block). */
export function sleepBlocked(ms: number): void {
  if (ms > 0) wait(unnotified, 0, 0, ms);
}
