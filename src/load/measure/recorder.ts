/**
 * Recording on the thread that is measured: trends, counters, rates and gauges of one thread, made cheap (a trend costs
 * about 7 ns a record, a counter 9 ns) and handed over as a {@link RecorderSnapshot} that another thread merges
 * (`measurements.ts`).
 *
 * Trends are counted per interval of the time axis. Only the present interval has a full array of counts (176 KiB, made
 * on the first record); a closed interval keeps its non-empty buckets, six bytes each. {@link Recorder.take} empties
 * the recorder, so a thread that hands over a snapshot every second needs the same memory for a minute and for a day.
 */
import { at } from "../../vocabulary/index.js";
import { BUCKETS, bucketOf, nonEmptyBuckets } from "./buckets.js";
import { COUNTER_NAMES, type CounterName, type GaugeName, type RateName, type TrendName } from "./metrics.js";
import { SampleBuffer, type SampleBatch, type SampledSubject, type SampledWorker } from "./sample-buffer.js";

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

/** What a thread recorded since its last hand-over. A structured clone of it is whole. */
export interface RecorderSnapshot {
  /** The start of the time axis, ms on the run's clock: the same for all recorders of a run. */
  readonly originMs: number;
  /** The length of an interval, ms. */
  readonly intervalMs: number;
  readonly trends: readonly { readonly name: TrendName; readonly intervals: readonly IntervalCounts[] }[];
  readonly counters: readonly { readonly name: CounterName; readonly count: number }[];
  readonly rates: readonly { readonly name: RateName; readonly passes: number; readonly total: number }[];
  readonly gauges: readonly { readonly name: GaugeName; readonly thread: string; readonly value: number }[];
  /** Every time that the trends recorded; only of a recorder that keeps them. */
  readonly samples?: SampleBatch;
}

/** The distribution of one metric on one thread. */
export interface Trend {
  /**
   * Records a time of `ms` (fractional) that ended at `atMs` on the run's clock; `atMs` places it on the time axis.
   * A time that ended before the present interval began is counted into the present one.
   * @throws RangeError for a time that is negative or not finite, or an `atMs` that is not finite: two instants were
   * taken in the wrong order or not at all, and no figure could be trusted.
   *
   * `subject` and `fromMs` (when the time began; `atMs - ms` unless given) are for samples.
   */
  record(ms: number, atMs: number, subject?: SampledSubject, fromMs?: number): void;
}

/** Where one thread records. */
export interface Recorder {
  /** The trend of this name; keep it rather than asking for each record. */
  trend(name: TrendName): Trend;
  /** Adds `n` (1 unless given) to a counter. */
  count(name: CounterName, n?: number): void;
  /** Adds one observation to a rate. */
  observe(name: RateName, passed: boolean): void;
  /** Sets this thread's share of a gauge; the shares of all threads are added up. */
  gauge(name: GaugeName, value: number): void;
  /** A worker has an agent: samples of other threads name the agent only. */
  know(worker: SampledWorker): void;
  /** What was recorded since the last call; the recorder then starts empty. Gauges keep their value. */
  take(): RecorderSnapshot;
}

export interface RecorderOptions {
  /** Names the thread, so that a newer value of its gauges takes the place of an older one. */
  readonly thread: string;
  /** The start of the time axis, ms on the run's clock; the same in every thread. */
  readonly originMs: number;
  /** The length of an interval of the time axis, ms; 500 unless given; the same in every thread. */
  readonly intervalMs?: number;
  /** The memory of the counters, one place each ({@link COUNTER_NAMES}). Shared memory outlives the thread. */
  readonly counts?: Float64Array;
  /** Whether to keep every recorded time, for the outputs of a run; no unless given. */
  readonly keepSamples?: boolean;
}

/** The place of each counter in {@link RecorderOptions.counts}. */
const COUNTER_PLACES = Object.fromEntries(COUNTER_NAMES.map((name, place) => [name, place])) as Readonly<
  Record<CounterName, number>
>;

/** The counters that have grown since `before`, and by how much. */
function countersIn(counts: Float64Array, before: Float64Array): RecorderSnapshot["counters"] {
  return COUNTER_NAMES.map((name, place) => ({ name, count: at(counts, place) - at(before, place) })).filter(
    ({ count }) => count !== 0,
  );
}

/** The counters of a thread, which its coordinator can read even after the thread has died. */
export interface SharedCounts {
  /** For the thread's recorder. */
  readonly counts: Float64Array;
  /** A snapshot of the thread has arrived. */
  received(snapshot: RecorderSnapshot): void;
  /** Counts that are in no snapshot of the thread. */
  rest(): RecorderSnapshot["counters"];
  /** The count since the start of the thread. */
  total(name: CounterName): number;
}

export function createSharedCounts(): SharedCounts {
  const bytes = COUNTER_NAMES.length * Float64Array.BYTES_PER_ELEMENT;
  const counts = new Float64Array(new SharedArrayBuffer(bytes));
  const before = new Float64Array(COUNTER_NAMES.length);
  return {
    counts,
    received({ counters }) {
      for (const { name, count } of counters) before[COUNTER_PLACES[name]] = at(before, COUNTER_PLACES[name]) + count;
    },
    rest: () => countersIn(counts, before),
    total: (name) => at(counts, COUNTER_PLACES[name]),
  };
}

export function createRecorder({
  thread,
  originMs,
  intervalMs = 500,
  counts = new Float64Array(COUNTER_NAMES.length),
  keepSamples = false,
}: RecorderOptions): Recorder {
  const samples = keepSamples ? new SampleBuffer(thread, originMs) : undefined;
  const trends = new Map<TrendName, TrendCounts>();
  /** What {@link Recorder.take} has handed over of `counts`. */
  const taken = new Float64Array(COUNTER_NAMES.length);
  const rates = new Map<RateName, { passes: number; total: number }>();
  const gauges = new Map<GaugeName, number>();
  return {
    trend(name) {
      let trend = trends.get(name);
      if (trend === undefined) trends.set(name, (trend = new TrendCounts(name, originMs, intervalMs, samples)));
      return trend;
    },
    count(name, n = 1) {
      const place = COUNTER_PLACES[name];
      // A hot path: no `at`. There is a place for every counter.
      counts[place] = (counts[place] ?? 0) + n;
    },
    observe(name, passed) {
      let rate = rates.get(name);
      if (rate === undefined) rates.set(name, (rate = { passes: 0, total: 0 }));
      rate.total++;
      if (passed) rate.passes++;
    },
    gauge: (name, value) => void gauges.set(name, value),
    know: (worker) => samples?.know(worker),
    take() {
      const batch = samples?.take();
      const snapshot: RecorderSnapshot = {
        originMs,
        intervalMs,
        trends: Array.from(trends, ([name, trend]) => ({ name, intervals: trend.take() })).filter(
          (trend) => trend.intervals.length > 0,
        ),
        counters: countersIn(counts, taken),
        rates: Array.from(rates, ([name, rate]) => ({ name, ...rate })),
        gauges: Array.from(gauges, ([name, value]) => ({ name, thread, value })),
        ...(batch !== undefined && { samples: batch }),
      };
      taken.set(counts);
      rates.clear();
      return snapshot;
    },
  };
}

/** Counts the times of one trend. */
class TrendCounts implements Trend {
  #counts: Uint32Array | undefined;
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
    private readonly samples: SampleBuffer | undefined,
  ) {}

  record(ms: number, atMs: number, subject?: SampledSubject, fromMs = atMs - ms): void {
    if (!(ms >= 0 && ms < Infinity)) throw new RangeError(`${this.name}: a time cannot be ${ms} ms`);
    if (!(atMs < this.#endMs)) this.#open(atMs);
    this.samples?.add(this.name, fromMs, ms, subject);
    const ns = Math.round(ms * 1e6);
    const counts = (this.#counts ??= new Uint32Array(BUCKETS));
    const bucket = bucketOf(ns);
    // The hot path of every record: no `at`. There is a place for every bucket.
    counts[bucket] = (counts[bucket] ?? 0) + 1;
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

  /** Closes the present interval. Scans only the buckets between the least and the greatest time. */
  #close(): void {
    const counts = this.#counts;
    if (counts === undefined || this.#maxNs < 0) return;
    const first = bucketOf(this.#minNs);
    const end = bucketOf(this.#maxNs) + 1;
    const filled = nonEmptyBuckets(counts, first, end);
    counts.fill(0, first, end);
    this.#carry();
    this.#closed.push({
      index: this.#index,
      ...filled,
      minNs: this.#minNs,
      maxNs: this.#maxNs,
      sumNs: this.#carriedNs,
    });
    this.#minNs = Infinity;
    this.#maxNs = -1;
    this.#carriedNs = 0n;
  }
}
