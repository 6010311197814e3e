/**
 * The times of one trend on the thread that is measured: counted by the segments of the run in which they began, and by
 * the intervals of the time axis in which they ended.
 */
import { at, getOrCreate } from "../../vocabulary/index.js";
import { BucketCounter } from "./bucket-counter.js";
import { BUCKETS, bucketOf } from "./buckets.js";
import type { TrendName } from "./metrics.js";
import type { SampleBuffer, SampledSubject } from "./sample-buffer.js";
import type { Cells } from "./tags.js";

/**
 * Times recorded in one interval: the non-empty buckets (`buckets.ts`), and the figures that buckets do not hold
 * exactly.
 */
export interface IntervalCounts {
  /** The interval starts at the recorder's origin plus `index` times the interval's length. */
  readonly index: number;
  /** Bucket numbers, ascending. */
  readonly buckets: Uint16Array;
  /** The count of each of `buckets`. */
  readonly counts: Uint32Array;
  /** Least, greatest and sum of the recorded times, ns; exact, also of those beyond the buckets' range. */
  readonly minNs: number;
  readonly maxNs: number;
  readonly sumNs: bigint;
}

/** Whether counts from another process are some that a recorder can have made: then they can be merged. */
export function isTrendCounts({ buckets, counts, minNs, maxNs }: IntervalCounts): boolean {
  if (buckets.length === 0 || buckets.length !== counts.length || minNs > maxNs) return false;
  return (
    at(buckets, buckets.length - 1) < BUCKETS && buckets.every((bucket, n) => n === 0 || bucket > at(buckets, n - 1))
  );
}

/** The distribution of one metric on one thread. */
export interface Trend {
  /**
   * Records a time of `ms` (fractional) that ended at `atMs` on the run's clock; `atMs` places it on the time axis, and
   * its beginning in a phase. A time that ended before the present interval began is counted into the present one.
   * @throws RangeError for a time that is negative or not finite, or an `atMs` that is not finite: two instants were
   * taken in the wrong order or not at all, and no figure could be trusted.
   *
   * `subject` is for samples; `fromMs`: when the time began, `atMs - ms` unless given.
   */
  record(ms: number, atMs: number, subject?: SampledSubject, fromMs?: number): void;
}

/** The time axis of a run. */
export interface TimeAxis {
  /** Its start, ms on the run's clock. */
  readonly originMs: number;
  /** The length of an interval, ms. */
  readonly intervalMs: number;
}

/** Counts the times of one trend by the segments in which they began. */
export class SegmentedTrend implements Trend {
  readonly #bySegment = new Map<number, TrendCounts>();
  #present: TrendCounts | undefined;
  /** The segment of `#present`, on the run's clock. */
  #fromMs = Infinity;
  #toMs = -Infinity;

  constructor(
    private readonly name: TrendName,
    private readonly axis: TimeAxis,
    private readonly cells: Cells,
    private readonly samples: SampleBuffer | undefined,
  ) {}

  record(ms: number, atMs: number, subject?: SampledSubject, fromMs = atMs - ms): void {
    if (this.#present === undefined || fromMs < this.#fromMs || fromMs >= this.#toMs)
      this.#present = this.#enter(fromMs);
    this.#present.record(ms, atMs);
    this.samples?.add(this.name, fromMs, ms, subject);
  }

  /** What was recorded in each segment. The memory of a segment that is over is given back. */
  take(): { readonly segment: number; readonly intervals: readonly IntervalCounts[] }[] {
    const taken: { readonly segment: number; readonly intervals: readonly IntervalCounts[] }[] = [];
    for (const [segment, counts] of this.#bySegment) {
      const intervals = counts.take();
      if (intervals.length > 0) taken.push({ segment, intervals });
      else if (counts !== this.#present) this.#bySegment.delete(segment);
    }
    return taken;
  }

  #enter(beganAt: number): TrendCounts {
    const { originMs, intervalMs } = this.axis;
    const segment = this.cells.segmentAt(beganAt - originMs);
    this.#fromMs = originMs + this.cells.startOf(segment);
    this.#toMs = originMs + this.cells.endOf(segment);
    return getOrCreate(this.#bySegment, segment, () => new TrendCounts(this.name, originMs, intervalMs));
  }
}

/** Counts the times of one trend in one cell. */
class TrendCounts {
  readonly #counter = new BucketCounter();
  #closed: IntervalCounts[] = [];
  #index = 0;
  /** The present interval ends here, ms on the run's clock; no interval is open before the first record. */
  #endMs = -Infinity;
  #minNs = Infinity;
  #maxNs = -1;
  /** The sum in two parts: a whole number below 2^53, and what was carried over from it. */
  #sumNs = 0;
  #carriedNs = 0n;

  constructor(
    private readonly name: TrendName,
    private readonly originMs: number,
    private readonly intervalMs: number,
  ) {}

  record(ms: number, atMs: number): void {
    if (!(ms >= 0 && ms < Infinity)) throw new RangeError(`${this.name}: a time cannot be ${ms} ms`);
    if (!(atMs < this.#endMs)) this.#open(atMs);
    const ns = Math.round(ms * 1e6);
    this.#counter.add(bucketOf(ns));
    if (ns < this.#minNs) this.#minNs = ns;
    if (ns > this.#maxNs) this.#maxNs = ns;
    if (this.#sumNs + ns > Number.MAX_SAFE_INTEGER) this.#carry();
    this.#sumNs += ns;
  }

  take(): IntervalCounts[] {
    this.#close();
    const taken = this.#closed;
    this.#closed = [];
    return taken;
  }

  #carry(): void {
    this.#carriedNs += BigInt(this.#sumNs);
    this.#sumNs = 0;
  }

  #open(atMs: number): void {
    if (!Number.isFinite(atMs)) throw new RangeError(`${this.name}: ${atMs} ms is no place on the time axis`);
    this.#close();
    this.#index = Math.max(0, Math.floor((atMs - this.originMs) / this.intervalMs));
    this.#endMs = this.originMs + (this.#index + 1) * this.intervalMs;
  }

  /** Closes the present interval. */
  #close(): void {
    if (this.#maxNs < 0) return;
    this.#carry();
    this.#closed.push({
      index: this.#index,
      ...this.#counter.take(bucketOf(this.#minNs), bucketOf(this.#maxNs) + 1),
      minNs: this.#minNs,
      maxNs: this.#maxNs,
      sumNs: this.#carriedNs,
    });
    this.#minNs = Infinity;
    this.#maxNs = -1;
    this.#carriedNs = 0n;
  }
}
