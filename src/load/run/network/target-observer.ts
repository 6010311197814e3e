/** Looks at a target from outside, beside its clients: at its database and at its metrics. */
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../../platform/sync/index.js";
import { isFinal } from "../../../vocabulary/index.js";
import type { OutsideRow } from "../../check/index.js";
import { TargetError, type ScrapedMetrics, type Scraper, type TargetDatabase } from "../../network/index.js";

/** From one poll of the database to the next while the plan is carried out, and while its agents come to rest, ms. */
const POLL_MS = 1000;
const REST_POLL_MS = 500;
/** A poll takes at most this share of the time, so that a large database is polled less often. */
const POLL_SHARE = 0.02;

export interface ObservedTarget {
  /** The rows of the run's workers; absent without a database. */
  readonly rows?: readonly OutsideRow[];
  /** Why there are none though there is a database. */
  readonly problem?: string;
  readonly scraped?: ScrapedMetrics;
}

/** When an agent was first seen to be final, and when it was last known not to be, ms. */
type FinalSeen = Pick<OutsideRow, "finalSeenAtMs" | "notFinalAtMs">;

export class TargetObserver {
  readonly #database: TargetDatabase | undefined;
  readonly #scraper: Scraper | undefined;
  readonly #final = new Map<string, FinalSeen>();
  #lastPollAtMs = -Infinity;
  #pollTimer: NodeJS.Timeout | undefined;

  constructor(database: TargetDatabase | undefined, scraper: Scraper | undefined) {
    this.#database = database;
    this.#scraper = scraper;
  }

  /** The run has started: polls the agents of the workers whose names begin with `prefix`, until `observe`. */
  start(prefix: string): void {
    this.#scraper?.start();
    if (this.#database === undefined) return;
    this.#lastPollAtMs = systemClock.now();
    this.#pollTimer = setTimeout(() => this.#poll(prefix), POLL_MS);
  }

  /**
   * Polls until these agents have come to rest, but not beyond `untilMs` on the machine's clock, nor once `isOver`.
   */
  async observe(prefix: string, untilMs: number, isOver: () => boolean): Promise<ObservedTarget> {
    clearTimeout(this.#pollTimer);
    const found = await this.#pollUntilRest(prefix, untilMs, isOver);
    const scraped = await this.#scraper?.stop();
    return { ...found, ...(scraped !== undefined && { scraped }) };
  }

  close(): void {
    clearTimeout(this.#pollTimer);
    void this.#scraper?.stop();
    this.#database?.close();
  }

  /**
   * One poll while the plan is carried out. What cannot be read now is read at the next poll; the last one says why
   * not.
   */
  #poll(prefix: string): void {
    const beganAt = systemClock.now();
    this.#note(this.#database?.statuses(prefix) ?? []);
    const tookMs = systemClock.now() - beganAt;
    this.#pollTimer = setTimeout(() => this.#poll(prefix), Math.max(POLL_MS, tookMs / POLL_SHARE));
  }

  #note(agents: readonly Pick<OutsideRow, "agentId" | "status">[] | undefined): void {
    if (agents === undefined) return;
    const now = systemClock.now();
    for (const { agentId, status } of agents)
      if (isFinal(status) && !this.#final.has(agentId))
        this.#final.set(agentId, { finalSeenAtMs: now, notFinalAtMs: this.#lastPollAtMs });
    this.#lastPollAtMs = now;
  }

  async #pollUntilRest(
    prefix: string,
    untilMs: number,
    isOver: () => boolean,
  ): Promise<Pick<ObservedTarget, "rows" | "problem">> {
    if (this.#database === undefined) return {};
    for (;;) {
      let rows: OutsideRow[];
      try {
        rows = this.#database.rows(prefix);
      } catch (error) {
        if (!(error instanceof TargetError)) throw error;
        return { problem: error.message };
      }
      this.#note(rows);
      if (this.#final.size >= rows.length || systemClock.now() >= untilMs || isOver())
        return { rows: rows.map((row) => ({ ...row, ...this.#final.get(row.agentId) })) };
      await sleep(REST_POLL_MS);
    }
  }
}
