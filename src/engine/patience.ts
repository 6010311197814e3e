/**
 * How long a part of a run is waited for that is being brought to its end: not until a time, but for as long as it comes nearer to it.
 * A machine that has more to do than it can still ends every agent; one that hangs is given up.
 */
import type { Clock } from "../sync/index.js";

export interface Patience {
  /** Begins to count at `fromMs` on the clock. Called again, an earlier time counts. */
  begin(fromMs: number): void;
  /** Whether `left`, how much there is still to do, has been the same for too long. Always false before {@link begin}. */
  isOver(left: number): boolean;
}

/** @param withoutProgressMs for so long `left` may stay as it is, ms */
export function createPatience(clock: Clock, withoutProgressMs: number): Patience {
  let since = Infinity;
  let least = Infinity;
  return {
    begin(fromMs) {
      since = Math.min(since, fromMs);
    },
    isOver(left) {
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
