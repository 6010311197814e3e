/** Keeps the run's database from committing anything. */
import { MAX_STALL_MS } from "../scenario/index.js";
import type { FaultTime } from "./thread-pauses.js";

export interface DatabaseStallOptions extends FaultTime {
  /** Keeps the database from committing anything until the result is called. */
  readonly lockDatabase: () => () => void;
}

export class DatabaseStall {
  readonly #options: DatabaseStallOptions;
  #held: { readonly unlock: () => void; readonly since: number; until: number } | undefined;

  constructor(options: DatabaseStallOptions) {
    this.#options = options;
  }

  /**
   * Holds the lock for `ms` from now on. A lock that is already held is held for longer, but never for more than
   * {@link MAX_STALL_MS} without a break: the writer waits no longer than that.
   */
  hold(ms: number): void {
    const { lockDatabase, elapsed, at } = this.#options;
    const now = elapsed();
    this.#held ??= { unlock: lockDatabase(), since: now, until: now };
    const held = this.#held;
    const until = Math.min(now + ms, held.since + MAX_STALL_MS);
    if (until <= held.until) return;
    held.until = until;
    at(until, () => {
      if (this.#held === held && held.until === until) this.end();
    });
  }

  /** Releases the lock. */
  end(): void {
    this.#held?.unlock();
    this.#held = undefined;
  }
}
