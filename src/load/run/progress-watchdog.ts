/**
 * How long a part of a run is waited for that is being brought to its end: not until a time, but for as long as it comes nearer to it.
 * A machine that has more to do than it can still ends every agent; one that hangs is given up.
 */
import type { Clock } from "../../platform/sync/index.js";

export interface ProgressWatchdog {
  /** Begins to count at `fromMs` on the clock. Called again, an earlier time counts. */
  start(fromMs: number): void;
  /** Whether `left`, how much there is still to do, has been the same for too long. Always false before {@link start}. */
  isStalled(left: number): boolean;
}

/** @param withoutProgressMs for so long `left` may stay as it is, ms */
export function createProgressWatchdog(clock: Clock, withoutProgressMs: number): ProgressWatchdog {
  let since = Infinity;
  let least = Infinity;
  return {
    start(fromMs) {
      since = Math.min(since, fromMs);
    },
    isStalled(left) {
      if (since === Infinity) return false;
      const now = clock.now();
      if (left < least) {
        least = left;
        since = Math.max(since, now);
      }
      return now > since + withoutProgressMs;
    },
  };
}
