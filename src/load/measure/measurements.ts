/** What a run measured: the snapshots of all its threads' recorders, merged. */
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
  /** The distribution of a trend over the whole run; one of no samples when nothing was recorded. */
  readonly trends: Readonly<Record<TrendName, Distribution>>;
  readonly counters: Readonly<Record<CounterName, number>>;
  readonly rates: Readonly<Record<RateName, { readonly passes: number; readonly total: number }>>;
  /** The sum of the threads' shares; absent when no thread set one. */
  readonly gauges: Readonly<Partial<Record<GaugeName, number>>>;
  /** A trend along the time axis, ascending; intervals in which nothing was recorded are left out. */
  intervals(name: TrendName): Interval[];
}

/** Adds snapshots up as they come in. */
export interface Collector {
  /** @throws RangeError for a snapshot whose time axis is another than that of the first. */
  add(snapshot: RecorderSnapshot): void;
  /** The thread of this name is gone, and its shares of the gauges with it; what else it recorded stays. */
  forget(thread: string): void;
  /** What has been measured up to now. The result does not change when more is added. */
  measurements(durationMs: number): Measurements;
}

export interface CollectorOptions {
  /**
   * How many intervals of the time axis are kept apart (512 unless given). When there would be more, the intervals become
   * twice as long, as often as it takes, so that a run of a day needs no more memory than one of some minutes.
   */
  readonly maxIntervals?: number;
}

export function createCollector({ maxIntervals = 512 }: CollectorOptions = {}): Collector {
  const trends = new Map<TrendName, Map<number, IntervalCounts>>();
  const counters = new Map<CounterName, number>();
  const rates = new Map<RateName, { passes: number; total: number }>();
  const gauges = new Map<GaugeName, Map<string, number>>();
  let axis: { originMs: number; intervalMs: number } | undefined;
  /** How many of the recorders' intervals make one of the collector's. */
  let factor = 1;

  const put = (intervals: Map<number, IntervalCounts>, counts: IntervalCounts, index: number): void => {
    const there = intervals.get(index);
    intervals.set(index, there === undefined ? { ...counts, index } : mergeCounts([there, counts], index));
  };
  const coarsen = (): void => {
    factor *= 2;
    for (const [name, intervals] of trends) {
      const coarser = new Map<number, IntervalCounts>();
      for (const counts of intervals.values()) put(coarser, counts, Math.floor(counts.index / 2));
      trends.set(name, coarser);
    }
  };

  return {
    add(snapshot) {
      axis ??= { originMs: snapshot.originMs, intervalMs: snapshot.intervalMs };
      if (snapshot.originMs !== axis.originMs || snapshot.intervalMs !== axis.intervalMs) {
        throw new RangeError("recorders of one run must share the origin and the interval of the time axis");
      }
      for (const { name, intervals } of snapshot.trends) {
        for (const counts of intervals) {
          while (counts.index >= factor * maxIntervals) coarsen();
          let kept = trends.get(name);
          if (kept === undefined) trends.set(name, (kept = new Map<number, IntervalCounts>()));
          put(kept, counts, Math.floor(counts.index / factor));
        }
      }
      for (const { name, count } of snapshot.counters) counters.set(name, (counters.get(name) ?? 0) + count);
      for (const { name, passes, total } of snapshot.rates) {
        const sum = rates.get(name) ?? { passes: 0, total: 0 };
        rates.set(name, { passes: sum.passes + passes, total: sum.total + total });
      }
      for (const { name, thread, value } of snapshot.gauges) {
        let shares = gauges.get(name);
        if (shares === undefined) gauges.set(name, (shares = new Map<string, number>()));
        shares.set(thread, value);
      }
    },

    forget(thread) {
      for (const shares of gauges.values()) shares.delete(thread);
    },

    measurements(durationMs) {
      const lengthMs = (axis?.intervalMs ?? 0) * factor;
      const kept = new Map(Array.from(trends, ([name, intervals]) => [name, [...intervals.values()]]));
      const gaugeSums: Partial<Record<GaugeName, number>> = {};
      for (const [name, shares] of gauges)
        gaugeSums[name] = [...shares.values()].reduce((sum, value) => sum + value, 0);
      return {
        durationMs,
        trends: lazyByName(TREND_NAMES, (name) => createDistribution(mergeCounts(kept.get(name) ?? [], 0))),
        counters: byName(COUNTER_NAMES, (name) => counters.get(name) ?? 0),
        rates: byName(RATE_NAMES, (name) => rates.get(name) ?? { passes: 0, total: 0 }),
        gauges: gaugeSums,
        intervals: (name) =>
          [...(kept.get(name) ?? [])]
            .sort((a, b) => a.index - b.index)
            .map((counts) => ({
              startMs: counts.index * lengthMs,
              lengthMs,
              distribution: createDistribution(counts),
            })),
      };
    },
  };
}

/** The measurements of a run of `durationMs` whose snapshots are all there. The order of the snapshots does not matter. */
export function mergeSnapshots(snapshots: Iterable<RecorderSnapshot>, durationMs: number): Measurements {
  const collector = createCollector();
  for (const snapshot of snapshots) collector.add(snapshot);
  return collector.measurements(durationMs);
}

function byName<K extends string, V>(names: readonly K[], value: (name: K) => V): Record<K, V> {
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Record<K, V>;
}

/** As {@link byName}, but each value is made when it is first asked for: who looks at one trend twice a second need not pay for all. */
function lazyByName<K extends string, V>(names: readonly K[], value: (name: K) => V): Record<K, V> {
  const record = {} as Record<K, V>;
  for (const name of names) {
    let made: V | undefined;
    Object.defineProperty(record, name, { enumerable: true, get: () => (made ??= value(name)) });
  }
  return record;
}
