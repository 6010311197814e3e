/**
 * Decides how long a run waits for a stopped part: not until a fixed time, but as long as the part makes progress. So
 * an overloaded machine still ends every agent, and a part that hangs is given up.
 */
import type { Clock } from "../../platform/sync/index.js";

export interface ProgressWatchdog {
  /** Starts at `fromMs` on the clock. After a second call the earlier time counts. */
  start(fromMs: number): void;
  /**
   * Whether `left`, the amount of remaining work, has not decreased for too long. Always false before {@link start}.
   */
  isStalled(left: number): boolean;
}

/** @param withoutProgressMs how long `left` may stay the same, ms */
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
