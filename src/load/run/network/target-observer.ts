/** Looks at a target from outside, beside its clients: at its database and at its metrics. */
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../../platform/sync/index.js";
import { isFinal, type AgentStatus } from "../../../vocabulary/index.js";
import type { OutsideRow } from "../../check/index.js";
import { TargetError, type ScrapedMetrics, type Scraper, type TargetDatabase } from "../../network/index.js";

/** From one look at the database to the next while the plan is carried out, and while its agents come to rest, ms. */
const LOOK_MS = 1000;
const REST_LOOK_MS = 500;
/** A look takes at most this share of the time, so that a large database is looked at less often. */
const LOOK_SHARE = 0.02;

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
  #lastLookAtMs = -Infinity;
  #looking: NodeJS.Timeout | undefined;

  constructor(database: TargetDatabase | undefined, scraper: Scraper | undefined) {
    this.#database = database;
    this.#scraper = scraper;
  }

  /**
   * The run has started: looks now and then at the agents of the workers whose names begin with `prefix`, until
   * `observe`.
   */
  start(prefix: string): void {
    this.#scraper?.start();
    if (this.#database === undefined) return;
    this.#lastLookAtMs = systemClock.now();
    this.#looking = setTimeout(() => this.#look(prefix), LOOK_MS);
  }

  /**
   * Looks until these agents have come to rest, but not beyond `untilMs` on the machine's clock, nor once `isOver`.
   */
  async observe(prefix: string, untilMs: number, isOver: () => boolean): Promise<ObservedTarget> {
    clearTimeout(this.#looking);
    const looked = await this.#lookAtRows(prefix, untilMs, isOver);
    const scraped = await this.#scraper?.stop();
    return { ...looked, ...(scraped !== undefined && { scraped }) };
  }

  close(): void {
    clearTimeout(this.#looking);
    void this.#scraper?.stop();
    this.#database?.close();
  }

  /**
   * One look while the plan is carried out. What cannot be read now is read at the next look; the last one says why
   * not.
   */
  #look(prefix: string): void {
    const beganAt = systemClock.now();
    this.#note(this.#database?.statuses(prefix) ?? []);
    const tookMs = systemClock.now() - beganAt;
    this.#looking = setTimeout(() => this.#look(prefix), Math.max(LOOK_MS, tookMs / LOOK_SHARE));
  }

  #note(agents: readonly Pick<OutsideRow, "agentId" | "status">[] | undefined): void {
    if (agents === undefined) return;
    const now = systemClock.now();
    for (const { agentId, status } of agents)
      if (isFinal(status as AgentStatus) && !this.#final.has(agentId))
        this.#final.set(agentId, { finalSeenAtMs: now, notFinalAtMs: this.#lastLookAtMs });
    this.#lastLookAtMs = now;
  }

  async #lookAtRows(
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
      await sleep(REST_LOOK_MS);
    }
  }
}
