/** The measurements of a run: the merged snapshots of all its threads' recorders. */
import { getOrCreate } from "../../vocabulary/index.js";
import { createDistribution, mergeCounts, type Distribution } from "./distribution.js";
import {
  COUNTER_NAMES,
  RATE_NAMES,
  TREND_NAMES,
  type CounterName,
  type GaugeName,
  type RateName,
  type TrendName,
} from "./metrics.js";
import type { IntervalCounts, RecorderSnapshot } from "./recorder.js";
import type { SampleSink } from "./sample-buffer.js";

/** A trend over one interval of the time axis. */
export interface Interval {
  /** Start, ms after the origin of the time axis. */
  readonly startMs: number;
  /** Length, ms. */
  readonly lengthMs: number;
  readonly distribution: Distribution;
}

export interface Measurements {
  /** How long was measured, ms: what counters are divided by to give a rate per second. */
  readonly durationMs: number;
  /** The distribution of a trend over the whole run; without samples when nothing was recorded. */
  readonly trends: Readonly<Record<TrendName, Distribution>>;
  readonly counters: Readonly<Record<CounterName, number>>;
  readonly rates: Readonly<Record<RateName, { readonly passes: number; readonly total: number }>>;
  /** The sum of the threads' shares; absent when no thread set one. */
  readonly gauges: Readonly<Partial<Record<GaugeName, number>>>;
  /** A trend along the time axis, ascending; intervals in which nothing was recorded are left out. */
  intervals(name: TrendName): Interval[];
}

export interface CollectorOptions {
  /**
   * How many intervals of the time axis are kept (512 unless given). When there would be more, the intervals become
   * twice as long, repeatedly if needed: a run of a day needs no more memory than a run of some minutes.
   */
  readonly maxIntervals?: number;
  /** Receives the samples of the snapshots. */
  readonly samples?: SampleSink | undefined;
}

/** Merges snapshots as they arrive. */
export class Collector {
  readonly #maxIntervals: number;
  readonly #samples: SampleSink | undefined;
  readonly #trends = new Map<TrendName, Map<number, IntervalCounts>>();
  readonly #counters = new Map<CounterName, number>();
  readonly #rates = new Map<RateName, { passes: number; total: number }>();
  readonly #gauges = new Map<GaugeName, Map<string, number>>();
  #axis: { originMs: number; intervalMs: number } | undefined;
  /** How many of the recorders' intervals make one of the collector's. */
  #factor = 1;

  constructor({ maxIntervals = 512, samples }: CollectorOptions = {}) {
    this.#maxIntervals = maxIntervals;
    this.#samples = samples;
  }

  /** @throws RangeError when the time axis of the snapshot is not that of the first */
  add({ originMs, intervalMs, trends, counters, rates, gauges, samples }: RecorderSnapshot): void {
    this.#axis ??= { originMs, intervalMs };
    if (originMs !== this.#axis.originMs || intervalMs !== this.#axis.intervalMs) {
      throw new RangeError("recorders of one run must share the origin and the interval of the time axis");
    }
    for (const { name, intervals } of trends) for (const counts of intervals) this.#addInterval(name, counts);
    for (const { name, count } of counters) this.#counters.set(name, (this.#counters.get(name) ?? 0) + count);
    for (const { name, passes, total } of rates) {
      const sum = this.#rates.get(name) ?? { passes: 0, total: 0 };
      this.#rates.set(name, { passes: sum.passes + passes, total: sum.total + total });
    }
    for (const { name, thread, value } of gauges) {
      getOrCreate(this.#gauges, name, () => new Map<string, number>()).set(thread, value);
    }
    if (samples !== undefined) this.#samples?.add(samples);
  }

  /** Removes the gauges of a thread that has died. Everything else that it recorded stays. */
  forget(thread: string): void {
    for (const shares of this.#gauges.values()) shares.delete(thread);
  }

  /** What has been measured up to now. The result does not change when more is added. */
  measurements(durationMs: number): Measurements {
    const lengthMs = (this.#axis?.intervalMs ?? 0) * this.#factor;
    const kept = new Map(Array.from(this.#trends, ([name, intervals]) => [name, [...intervals.values()]]));
    const gauges: Partial<Record<GaugeName, number>> = {};
    for (const [name, shares] of this.#gauges)
      gauges[name] = [...shares.values()].reduce((sum, value) => sum + value, 0);
    return {
      durationMs,
      trends: lazyByName(TREND_NAMES, (name) => createDistribution(mergeCounts(kept.get(name) ?? [], 0))),
      counters: byName(COUNTER_NAMES, (name) => this.#counters.get(name) ?? 0),
      rates: byName(RATE_NAMES, (name) => this.#rates.get(name) ?? { passes: 0, total: 0 }),
      gauges,
      intervals: (name) =>
        [...(kept.get(name) ?? [])]
          .sort((a, b) => a.index - b.index)
          .map((counts) => ({
            startMs: counts.index * lengthMs,
            lengthMs,
            distribution: createDistribution(counts),
          })),
    };
  }

  #addInterval(name: TrendName, counts: IntervalCounts): void {
    while (counts.index >= this.#factor * this.#maxIntervals) this.#coarsen();
    const kept = getOrCreate(this.#trends, name, () => new Map<number, IntervalCounts>());
    put(kept, counts, Math.floor(counts.index / this.#factor));
  }

  #coarsen(): void {
    this.#factor *= 2;
    for (const [name, intervals] of this.#trends) {
      const coarser = new Map<number, IntervalCounts>();
      for (const counts of intervals.values()) put(coarser, counts, Math.floor(counts.index / 2));
      this.#trends.set(name, coarser);
    }
  }
}

function put(intervals: Map<number, IntervalCounts>, counts: IntervalCounts, index: number): void {
  const there = intervals.get(index);
  intervals.set(index, there === undefined ? { ...counts, index } : mergeCounts([there, counts], index));
}

/** The measurements of a run of `durationMs` from all its snapshots, in any order. */
export function mergeSnapshots(snapshots: Iterable<RecorderSnapshot>, durationMs: number): Measurements {
  const collector = new Collector();
  for (const snapshot of snapshots) collector.add(snapshot);
  return collector.measurements(durationMs);
}

function byName<K extends string, V>(names: readonly K[], value: (name: K) => V): Record<K, V> {
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Record<K, V>;
}

/**
 * As {@link byName}, but each value is made at its first use: reading one trend twice a second does not cost the merge
 * of all.
 */
function lazyByName<K extends string, V>(names: readonly K[], value: (name: K) => V): Record<K, V> {
  const record = {} as Record<K, V>;
  for (const name of names) {
    let made: V | undefined;
    Object.defineProperty(record, name, { enumerable: true, get: () => (made ??= value(name)) });
  }
  return record;
}
