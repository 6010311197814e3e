/** Holds the run's database, so that nothing is committed meanwhile. */
import { holdWriteLock } from "../../platform/db/index.js";
import { MAX_STALL_MS } from "../scenario/index.js";

export interface DatabaseStall {
  /**
   * Holds the database for `ms`, beginning now. While it is held already, holds it for longer, but in one piece no longer than the
   * writer has patience.
   */
  hold(ms: number): void;
  /** Lets go of it. */
  end(): void;
}

export interface DatabaseStallOptions {
  readonly databasePath: string;
  /** ms since the start of the run. */
  readonly elapsed: () => number;
  /** Runs `action` when so many ms of the run have passed. */
  readonly at: (ms: number, action: () => void) => void;
}

export function createDatabaseStall({ databasePath, elapsed, at }: DatabaseStallOptions): DatabaseStall {
  let held: { readonly unlock: () => void; readonly since: number; until: number } | undefined;
  const end = (): void => {
    held?.unlock();
    held = undefined;
  };
  return {
    hold(ms) {
      const now = elapsed();
      held ??= { unlock: holdWriteLock(databasePath), since: now, until: now };
      const hold = held;
      const until = Math.min(now + ms, hold.since + MAX_STALL_MS);
      if (until <= hold.until) return;
      hold.until = until;
      at(until, () => {
        if (held === hold && hold.until === until) end();
      });
    },
    end,
  };
}
