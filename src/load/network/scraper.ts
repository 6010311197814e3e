/** Keeps the Prometheus metrics of a target beside those of the run: one scrape a second, as numbers along time. */
import { Client } from "undici";
import { messageOf } from "../../vocabulary/index.js";
import type { Clock } from "../../platform/sync/index.js";
import { lookupOf, type TargetAddress } from "./target-address.js";
import { TargetError, whyFailed } from "./target-error.js";

/** From one scrape to the next, ms. */
const INTERVAL_MS = 1000;
/** How long a scrape may take, ms. */
const TIMEOUT_MS = 5000;
const MAX_BYTES = 8 << 20;
/** The most series that are kept; a target may label as it likes. */
const MAX_SERIES = 500;
/** The most scrapes that are kept: every second one is dropped when there are more, again and again. */
const MAX_SCRAPES = 600;

/** A metric of the target along time. */
export interface ScrapedSeries {
  /** The name, with its labels as the target writes them. */
  readonly name: string;
  /**
   * What the values are: of the gauge, what a counter grew by a second, or the mean of what a histogram or a summary
   * took in.
   */
  readonly kind: "gauge" | "rate" | "mean";
  /** One value for each time; null where nothing is known. */
  readonly values: readonly (number | null)[];
}

export interface ScrapedMetrics {
  readonly url: string;
  /** When it was scraped, ms since the start of the run. */
  readonly atMs: readonly number[];
  readonly series: readonly ScrapedSeries[];
  /** Scrapes that failed, and why the last one did. */
  readonly failed: number;
  readonly why?: string;
}

interface Scrape {
  readonly atMs: number;
  readonly samples: ReadonlyMap<string, number>;
}

export class Scraper {
  readonly #url: URL;
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #types = new Map<string, string>();
  #scrapes: Scrape[] = [];
  #everyNth = 1;
  #scraped = 0;
  #failed = 0;
  #why: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  #originMs = 0;

  constructor(url: URL, address: TargetAddress, clock: Clock) {
    this.#url = url;
    this.#clock = clock;
    this.#client = new Client(url.origin, {
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
      maxResponseSize: MAX_BYTES,
      connect: { timeout: TIMEOUT_MS, lookup: lookupOf(address) },
    });
  }

  /** Scrapes once. @throws {TargetError} when there are no metrics */
  async scrape(): Promise<void> {
    const what = `GET ${this.#url.href}`;
    let text: string;
    let status: number;
    try {
      const { statusCode, body } = await this.#client.request({
        method: "GET",
        path: this.#url.pathname + this.#url.search,
      });
      status = statusCode;
      text = await body.text();
    } catch (error) {
      throw new TargetError(whyFailed(what, error, TIMEOUT_MS), { cause: error });
    }
    if (status !== 200) throw new TargetError(`${what}: expected Prometheus metrics, got ${status}`);
    const { samples, types } = parsePrometheus(text);
    if (samples.size === 0) throw new TargetError(`${what}: expected Prometheus metrics, got none`);
    for (const [name, type] of types) this.#types.set(name, type);
    this.#keep({ atMs: this.#clock.now() - this.#originMs, samples });
  }

  /** The run starts: scrapes now, and then each second until {@link stop}. Earlier scrapes are forgotten. */
  start(): void {
    this.#originMs = this.#clock.now();
    this.#scrapes = [];
    const next = (): void => {
      void this.scrape()
        .catch((error: unknown) => {
          // It was stopped in the middle of a scrape.
          if (this.#timer === undefined) return;
          this.#failed++;
          this.#why = messageOf(error);
        })
        .then(() => {
          if (this.#timer !== undefined) this.#timer = setTimeout(next, INTERVAL_MS).unref();
        });
    };
    this.#timer = setTimeout(next, 0).unref();
  }

  async stop(): Promise<ScrapedMetrics> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#client.destroy();
    return {
      url: this.#url.href,
      atMs: this.#scrapes.map(({ atMs }) => atMs),
      series: seriesOf(this.#scrapes, this.#types),
      failed: this.#failed,
      ...(this.#why !== undefined && { why: this.#why }),
    };
  }

  #keep(scrape: Scrape): void {
    if (this.#scraped++ % this.#everyNth !== 0) return;
    this.#scrapes.push(scrape);
    if (this.#scrapes.length < MAX_SCRAPES) return;
    this.#everyNth *= 2;
    this.#scrapes = this.#scrapes.filter((_, at) => at % 2 === 0);
  }
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(\{.*\})?\s+(\S+)(?:\s+-?\d+)?\s*$/;
const TYPE = /^#\s*TYPE\s+(\S+)\s+(\S+)/;

/** Reads the text format: values by name and labels, and the types of the metrics. What is no number is left out. */
export function parsePrometheus(text: string): {
  readonly samples: ReadonlyMap<string, number>;
  readonly types: ReadonlyMap<string, string>;
} {
  const samples = new Map<string, number>();
  const types = new Map<string, string>();
  for (const line of text.split("\n")) {
    const type = TYPE.exec(line);
    if (type !== null) {
      types.set(type[1] ?? "", type[2] ?? "");
      continue;
    }
    const [, name, labels = "", value] = SAMPLE.exec(line) ?? [];
    if (name === undefined || value === undefined || name.endsWith("_bucket") || name.endsWith("_created")) continue;
    const number = Number(value);
    if (Number.isFinite(number) && samples.size < 2 * MAX_SERIES) samples.set(name + labels, number);
  }
  return { samples, types };
}

/** What the scrapes show along time. Series that never change from 0 are left out. */
function seriesOf(scrapes: readonly Scrape[], types: ReadonlyMap<string, string>): ScrapedSeries[] {
  const keys = new Set(scrapes.flatMap(({ samples }) => [...samples.keys()]));
  const series: ScrapedSeries[] = [];
  for (const key of keys) {
    if (series.length === MAX_SERIES) break;
    const made = oneSeries(key, scrapes, types, keys);
    if (made?.values.some((value) => value !== null && value !== 0) === true) series.push(made);
  }
  return series;
}

function oneSeries(
  key: string,
  scrapes: readonly Scrape[],
  types: ReadonlyMap<string, string>,
  keys: ReadonlySet<string>,
): ScrapedSeries | undefined {
  const [name = ""] = key.split("{");
  const labels = key.slice(name.length);
  const family = name.replace(/_(?:sum|count|total)$/, "");
  const type = types.get(name) ?? types.get(family) ?? "gauge";
  if (type === "histogram" || type === "summary") {
    const countKey = `${family}_count${labels}`;
    if (!name.endsWith("_sum") || !keys.has(countKey)) return undefined;
    const counts = deltas(scrapes, ({ samples }) => samples.get(countKey));
    const values = deltas(scrapes, ({ samples }) => samples.get(key)).map((sum, at) => {
      const count = counts[at]?.by ?? 0;
      return sum === null || count === 0 ? null : sum.by / count;
    });
    return { name: family + labels, kind: "mean", values };
  }
  if (type === "counter") {
    const values = deltas(scrapes, ({ samples }) => samples.get(key)).map((delta) =>
      delta === null || delta.overMs === 0 ? null : (delta.by * 1000) / delta.overMs,
    );
    return { name: key, kind: "rate", values };
  }
  return { name: key, kind: "gauge", values: scrapes.map(({ samples }) => samples.get(key) ?? null) };
}

/** By how much a value grew since the scrape before; null for the first, and where it began anew. */
function deltas(scrapes: readonly Scrape[], valueOf: (scrape: Scrape) => number | undefined) {
  return scrapes.map((scrape, at) => {
    const before = scrapes[at - 1];
    const [now, then] = [valueOf(scrape), before && valueOf(before)];
    if (before === undefined || now === undefined || then === undefined || now < then) return null;
    return { by: now - then, overMs: scrape.atMs - before.atMs };
  });
}
