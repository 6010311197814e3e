/** Looks at a target from outside, beside its clients: at its database and at its metrics. */
import { setTimeout } from "node:timers/promises";
import { systemClock } from "../../../platform/sync/index.js";
import { isFinal, type AgentStatus } from "../../../vocabulary/index.js";
import type { OutsideRow } from "../../check/index.js";
import { TargetError, type ScrapedMetrics, type Scraper, type TargetDatabase } from "../../network/index.js";

/** From one look at the database to the next while its agents come to rest, ms. */
const LOOK_MS = 500;

export interface ObservedTarget {
  /** The rows of the run's workers; absent without a database. */
  readonly rows?: readonly OutsideRow[];
  /** Why there are none though there is a database. */
  readonly problem?: string;
  readonly scraped?: ScrapedMetrics;
}

export class TargetObserver {
  readonly #database: TargetDatabase | undefined;
  readonly #scraper: Scraper | undefined;

  constructor(database: TargetDatabase | undefined, scraper: Scraper | undefined) {
    this.#database = database;
    this.#scraper = scraper;
  }

  /** The run has started. */
  start(): void {
    this.#scraper?.start();
  }

  /**
   * Looks until the agents of the workers whose names begin with `prefix` have come to rest, but not beyond `untilMs` on the machine's
   * clock, nor once `isOver`.
   */
  async observe(prefix: string, untilMs: number, isOver: () => boolean): Promise<ObservedTarget> {
    const looked = await this.#lookAtRows(prefix, untilMs, isOver);
    const scraped = await this.#scraper?.stop();
    return { ...looked, ...(scraped !== undefined && { scraped }) };
  }

  close(): void {
    this.#database?.close();
  }

  async #lookAtRows(
    prefix: string,
    untilMs: number,
    isOver: () => boolean,
  ): Promise<Pick<ObservedTarget, "rows" | "problem">> {
    if (this.#database === undefined) return {};
    /** When agents were first seen to be final; undefined for those that were so at the first look. */
    const seen = new Map<string, number | undefined>();
    for (let nth = 0; ; nth++) {
      let rows: OutsideRow[];
      try {
        rows = this.#database.rows(prefix);
      } catch (error) {
        if (!(error instanceof TargetError)) throw error;
        return { problem: error.message };
      }
      const now = systemClock.now();
      for (const { agentId, status } of rows)
        if (isFinal(status as AgentStatus) && !seen.has(agentId)) seen.set(agentId, nth === 0 ? undefined : now);
      if (seen.size >= rows.length || now >= untilMs || isOver()) {
        return {
          rows: rows.map((row) => {
            const finalSeenAtMs = seen.get(row.agentId);
            return { ...row, ...(finalSeenAtMs !== undefined && { finalSeenAtMs }) };
          }),
        };
      }
      await setTimeout(LOOK_MS);
    }
  }
}
