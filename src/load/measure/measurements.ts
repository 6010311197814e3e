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
import type { RecorderSnapshot } from "./recorder.js";
import type { SampleSink } from "./sample-buffer.js";
import type { IntervalCounts, TimeAxis } from "./segmented-trend.js";
import { Cells, formatTags, NO_TAGS, type TagSelector, type TagSet } from "./tags.js";

/** A trend over one interval of the time axis. */
export interface Interval {
  /** Start, ms after the origin of the time axis. */
  readonly startMs: number;
  /** Length, ms. */
  readonly lengthMs: number;
  readonly distribution: Distribution;
}

export interface Measurements {
  /**
   * How long was measured, ms: what counters are divided by to give a rate per second. Of some phases: how long they
   * lasted.
   */
  readonly durationMs: number;
  /** The distribution of a trend over the whole run; without samples when nothing was recorded. */
  readonly trends: Readonly<Record<TrendName, Distribution>>;
  readonly counters: Readonly<Record<CounterName, number>>;
  readonly rates: Readonly<Record<RateName, { readonly passes: number; readonly total: number }>>;
  /** The sum of the threads' shares; absent when no thread set one, and in {@link where}: a gauge has no tags. */
  readonly gauges: Readonly<Partial<Record<GaugeName, number>>>;
  /** What the measurements can be divided by. */
  readonly tags: TagSet;
  /** A trend along the time axis, ascending; intervals in which nothing was recorded are left out. */
  intervals(name: TrendName): Interval[];
  /** Those with these tags. @throws RangeError for a tag whose value the run has not */
  readonly where: (selector: TagSelector) => Measurements;
}

export interface CollectorOptions {
  /**
   * How many intervals of the time axis are kept (512 unless given). When there would be more, the intervals become
   * twice as long, repeatedly if needed: a run of a day needs no more memory than a run of some minutes.
   */
  readonly maxIntervals?: number;
  /** What the run is divided by, as its recorders have it. Left out: nothing. */
  readonly tags?: TagSet;
  /** Receives the samples of the snapshots. */
  readonly samples?: SampleSink | undefined;
}

/** The counts of a trend in one cell, by interval. */
type Intervals = Map<number, IntervalCounts>;
type Rate = { readonly passes: number; readonly total: number };

/** Merges snapshots as they arrive. Everything is kept by cell, by its number. */
export class Collector {
  readonly #maxIntervals: number;
  readonly #cells: Cells;
  readonly #samples: SampleSink | undefined;
  readonly #trends = new Map<TrendName, Map<number, Intervals>>();
  readonly #counters = new Map<CounterName, Map<number, number>>();
  readonly #rates = new Map<RateName, Map<number, Rate>>();
  readonly #gauges = new Map<GaugeName, Map<string, number>>();
  #axis: TimeAxis | undefined;
  /** How many of the recorders' intervals make one of the collector's. */
  #factor = 1;

  constructor({ maxIntervals = 512, tags = NO_TAGS, samples }: CollectorOptions = {}) {
    this.#maxIntervals = maxIntervals;
    this.#cells = new Cells(tags);
    this.#samples = samples;
  }

  /** Whether samples go anywhere: then the recorders are to keep them. */
  get keepsSamples(): boolean {
    return this.#samples !== undefined;
  }

  /** Whether the snapshot can be from a recorder with the same tags. One from another machine may not be. */
  canAdd({ trends, counters, rates }: RecorderSnapshot): boolean {
    return [trends, counters, rates].every((recorded) => recorded.every((cell) => this.#cells.has(cell)));
  }

  /** @throws RangeError when the time axis of the snapshot is not that of the first */
  add({ originMs, intervalMs, trends, counters, rates, gauges, samples }: RecorderSnapshot): void {
    this.#axis ??= { originMs, intervalMs };
    if (originMs !== this.#axis.originMs || intervalMs !== this.#axis.intervalMs) {
      throw new RangeError("recorders of one run must share the origin and the interval of the time axis");
    }
    for (const { name, intervals, ...cell } of trends)
      for (const counts of intervals) this.#addInterval(name, this.#cells.numberOf(cell), counts);
    this.addCounters(counters);
    for (const { name, passes, total, ...cell } of rates) {
      const kept = getOrCreate(this.#rates, name, () => new Map<number, Rate>());
      const number = this.#cells.numberOf(cell);
      const sum = kept.get(number) ?? NO_RATE;
      kept.set(number, { passes: sum.passes + passes, total: sum.total + total });
    }
    for (const { name, thread, value } of gauges) {
      getOrCreate(this.#gauges, name, () => new Map<string, number>()).set(thread, value);
    }
    if (samples !== undefined) this.#samples?.add(samples);
  }

  /** Adds counts that are in no snapshot, such as those of a thread that was killed. */
  addCounters(counters: RecorderSnapshot["counters"]): void {
    for (const { name, count, ...cell } of counters) {
      const kept = getOrCreate(this.#counters, name, () => new Map<number, number>());
      const number = this.#cells.numberOf(cell);
      kept.set(number, (kept.get(number) ?? 0) + count);
    }
  }

  /** Removes the gauges of a thread that has died. Everything else that it recorded stays. */
  forget(thread: string): void {
    for (const shares of this.#gauges.values()) shares.delete(thread);
  }

  /** What has been measured up to now. The result does not change when more is added. */
  measurements(durationMs: number): Measurements {
    const gauges: Partial<Record<GaugeName, number>> = {};
    for (const [name, shares] of this.#gauges)
      gauges[name] = [...shares.values()].reduce((sum, value) => sum + value, 0);
    const trends = copied(this.#trends, (intervals) => [...intervals.values()]);
    const totals = new Map<TrendName, readonly KeptCell<IntervalCounts>[]>();
    const kept: KeptCells = {
      cells: this.#cells,
      lengthMs: (this.#axis?.intervalMs ?? 0) * this.#factor,
      trends,
      totalsOf: (name) =>
        getOrCreate(totals, name, () =>
          (trends.get(name) ?? []).map(([cell, intervals]) => [cell, mergeCounts(intervals, 0)]),
        ),
      counters: copied(this.#counters, (count) => count),
      rates: copied(this.#rates, (rate) => rate),
    };
    return measurementsOf(kept, durationMs, gauges, () => true);
  }

  #addInterval(name: TrendName, cell: number, counts: IntervalCounts): void {
    while (counts.index >= this.#factor * this.#maxIntervals) this.#coarsen();
    const cells = getOrCreate(this.#trends, name, () => new Map<number, Intervals>());
    const kept = getOrCreate(cells, cell, () => new Map<number, IntervalCounts>());
    put(kept, counts, Math.floor(counts.index / this.#factor));
  }

  #coarsen(): void {
    this.#factor *= 2;
    for (const cells of this.#trends.values()) {
      for (const [cell, intervals] of cells) {
        const coarser: Intervals = new Map();
        for (const counts of intervals.values()) put(coarser, counts, Math.floor(counts.index / 2));
        cells.set(cell, coarser);
      }
    }
  }
}

const NO_RATE: Rate = { passes: 0, total: 0 };

/** What a collector has kept, by cell. */
interface KeptCells {
  readonly cells: Cells;
  /** The length of an interval, ms. */
  readonly lengthMs: number;
  readonly trends: ReadonlyMap<TrendName, readonly KeptCell<readonly IntervalCounts[]>[]>;
  /** A trend over all intervals. Merged at the first call: every behaviour and phase is made of it. */
  readonly totalsOf: (name: TrendName) => readonly KeptCell<IntervalCounts>[];
  readonly counters: ReadonlyMap<CounterName, readonly KeptCell<number>[]>;
  readonly rates: ReadonlyMap<RateName, readonly KeptCell<Rate>[]>;
}
type KeptCell<T> = readonly [cell: number, value: T];

function copied<Name, Kept, Copy>(
  byName: ReadonlyMap<Name, ReadonlyMap<number, Kept>>,
  copy: (kept: Kept) => Copy,
): ReadonlyMap<Name, readonly KeptCell<Copy>[]> {
  return new Map(
    Array.from(byName, ([name, cells]) => [name, Array.from(cells, ([cell, kept]) => [cell, copy(kept)] as const)]),
  );
}

/** The sum of the cells that `has` holds for. */
function measurementsOf(
  kept: KeptCells,
  durationMs: number,
  gauges: Measurements["gauges"],
  has: (cell: number) => boolean,
): Measurements {
  const valuesOf = <T>(cells: readonly KeptCell<T>[] = []): T[] =>
    cells.flatMap(([cell, value]) => (has(cell) ? [value] : []));
  const intervalsOf = (name: TrendName): IntervalCounts[] => valuesOf(kept.trends.get(name)).flat();
  const parts = new Map<string, Measurements>();
  return {
    durationMs,
    gauges,
    tags: kept.cells.tags,
    trends: lazyByName(TREND_NAMES, (name) => createDistribution(mergeCounts(valuesOf(kept.totalsOf(name)), 0))),
    counters: byName(COUNTER_NAMES, (name) => valuesOf(kept.counters.get(name)).reduce((sum, n) => sum + n, 0)),
    rates: byName(RATE_NAMES, (name) =>
      valuesOf(kept.rates.get(name)).reduce(
        (sum, { passes, total }) => ({ passes: sum.passes + passes, total: sum.total + total }),
        NO_RATE,
      ),
    ),
    intervals(name) {
      const byIndex: Intervals = new Map();
      for (const counts of intervalsOf(name)) put(byIndex, counts, counts.index);
      return [...byIndex.values()]
        .sort((a, b) => a.index - b.index)
        .map((counts) => ({
          startMs: counts.index * kept.lengthMs,
          lengthMs: kept.lengthMs,
          distribution: createDistribution(counts),
        }));
    },
    where(selector) {
      return getOrCreate(parts, formatTags(selector), () => {
        const selection = kept.cells.select(selector);
        const isSelected = (cell: number): boolean => has(cell) && selection.hasCell(kept.cells.cellOf(cell));
        return measurementsOf(kept, selection.lengthMs(durationMs), {}, isSelected);
      });
    },
  };
}

function put(intervals: Intervals, counts: IntervalCounts, index: number): void {
  const there = intervals.get(index);
  intervals.set(index, there === undefined ? { ...counts, index } : mergeCounts([there, counts], index));
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
