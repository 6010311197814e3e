/**
 * Recording on the thread that is measured: trends, counters, rates and gauges of one thread, made cheap (a trend costs
 * about 7 ns a record, a counter 9 ns) and handed over as a {@link RecorderSnapshot} that another thread merges
 * (`measurements.ts`).
 *
 * Trends are counted per interval of the time axis. Only the present interval has a full array of counts (176 KiB, made
 * on the first record); a closed interval keeps its non-empty buckets, six bytes each. {@link Recorder.take} empties
 * the recorder, so a thread that hands over a snapshot every second needs the same memory for a minute and for a day.
 *
 * Everything is recorded once, in its cell (`tags.ts`): the behaviour of its worker and the segment of the run.
 */
import { assert, at, getOrCreate } from "../../vocabulary/index.js";
import { COUNTER_NAMES, type CounterName, type GaugeName, type RateName, type TrendName } from "./metrics.js";
import { SampleBuffer, type SampleBatch, type SampledSubject, type SampledWorker } from "./sample-buffer.js";
import { SegmentedTrend, type IntervalCounts, type TimeAxis, type Trend } from "./segmented-trend.js";
import { Cells, NO_TAGS, type Cell, type TagSet } from "./tags.js";

/** What a thread recorded since its last hand-over. A structured clone of it is whole. */
export interface RecorderSnapshot {
  /** The start of the time axis, ms on the run's clock: the same for all recorders of a run. */
  readonly originMs: number;
  /** The length of an interval, ms. */
  readonly intervalMs: number;
  readonly trends: readonly (Cell & { readonly name: TrendName; readonly intervals: readonly IntervalCounts[] })[];
  readonly counters: readonly (Cell & { readonly name: CounterName; readonly count: number })[];
  readonly rates: readonly (Cell & { readonly name: RateName; readonly passes: number; readonly total: number })[];
  readonly gauges: readonly { readonly name: GaugeName; readonly thread: string; readonly value: number }[];
  /** Everything that was recorded except gauges; only of a recorder that keeps samples. */
  readonly samples?: SampleBatch;
}

/** What is measured of a worker, or of none. */
export interface WorkerRecorder {
  /** The trend of this name. */
  trend(name: TrendName): Trend;
  /**
   * Adds `n` (1 unless given) to a counter, at `atMs` on the run's clock. Without `atMs` the clock is read, which
   * matters in a hot path.
   */
  count(name: CounterName, n?: number, atMs?: number): void;
  /** Adds one observation to a rate, at `atMs` as above. */
  observe(name: RateName, passed: boolean, atMs?: number): void;
  /** A worker has an agent: samples of other threads name the agent only. */
  know(worker: SampledWorker): void;
}

/** Where one thread records. What it records itself is of no worker. */
export interface Recorder extends WorkerRecorder {
  /**
   * Where to record what is of a worker with this behaviour, or of none for one that the run has not. `subject`: whose
   * the counts are in samples, asked for each, as a worker is given its agents later.
   */
  ofBehaviour(name: string | undefined, subject?: () => SampledSubject): WorkerRecorder;
  /** Sets this thread's share of a gauge; the shares of all threads are added up. */
  gauge(name: GaugeName, value: number): void;
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
  /** What the run is divided by; the same in every thread. Left out: nothing. */
  readonly tags?: TagSet;
  /** The run's clock, ms. Only a run that is divided by phases or keeps samples needs it. */
  readonly now?: () => number;
  /** The memory of the counters ({@link createSharedCounts}). Shared memory outlives the thread. */
  readonly counts?: Float64Array;
  /** Whether to keep everything that is recorded, for the outputs of a run; no unless given. */
  readonly keepSamples?: boolean;
}

/** The place of each counter among those of its cell. */
const COUNTER_PLACES = Object.fromEntries(COUNTER_NAMES.map((name, place) => [name, place])) as Readonly<
  Record<CounterName, number>
>;

/**
 * The place of a counter in {@link RecorderOptions.counts}: the counters of the first cell, of the second, and so on.
 */
const placeOf = (cell: number, name: CounterName): number => cell * COUNTER_NAMES.length + COUNTER_PLACES[name];

/** The counters that have grown since `before`, and by how much. */
function countersIn(cells: Cells, counts: Float64Array, before: Float64Array): RecorderSnapshot["counters"] {
  const grown: (Cell & { readonly name: CounterName; readonly count: number })[] = [];
  for (let place = 0; place < counts.length; place++) {
    // A loop over all cells, several times a second: no `at`. The bounds are those of `counts`.
    const count = (counts[place] ?? 0) - (before[place] ?? 0);
    if (count === 0) continue;
    const name = at(COUNTER_NAMES, place % COUNTER_NAMES.length);
    grown.push({ name, count, ...cells.cellOf(Math.floor(place / COUNTER_NAMES.length)) });
  }
  return grown;
}

/** The counters of a thread, which its coordinator can read even after the thread has died. */
export interface SharedCounts {
  /** For the thread's recorder. */
  readonly counts: Float64Array;
  /** A snapshot of the thread has arrived. */
  received(snapshot: RecorderSnapshot): void;
  /** Counts that are in no snapshot of the thread. */
  rest(): RecorderSnapshot["counters"];
}

export function createSharedCounts(tags: TagSet = NO_TAGS): SharedCounts {
  const cells = new Cells(tags);
  const length = cells.count * COUNTER_NAMES.length;
  const counts = new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
  const before = new Float64Array(length);
  return {
    counts,
    received({ counters }) {
      for (const { name, count, ...cell } of counters) {
        const place = placeOf(cells.numberOf(cell), name);
        before[place] = at(before, place) + count;
      }
    },
    rest: () => countersIn(cells, counts, before),
  };
}

export function createRecorder(options: RecorderOptions): Recorder {
  return new ThreadRecorder(options);
}

class ThreadRecorder implements Recorder {
  readonly #thread: string;
  readonly #axis: RecorderClock;
  readonly #cells: Cells;
  /** By the number of the behaviour; the first is of no worker. */
  readonly #ofBehaviours: (BehaviourRecorder | undefined)[] = [];
  readonly #counts: Float64Array;
  /** What {@link take} has handed over of the counts. */
  readonly #taken: Float64Array;
  readonly #gauges = new Map<GaugeName, number>();
  readonly #none: BehaviourRecorder;
  readonly #samples: SampleBuffer | undefined;

  constructor(options: RecorderOptions) {
    const { thread, originMs, intervalMs = 500, tags = NO_TAGS, now, counts, keepSamples = false } = options;
    this.#thread = thread;
    this.#samples = keepSamples ? new SampleBuffer(thread, originMs) : undefined;
    this.#cells = new Cells(tags);
    const needsClock = keepSamples || this.#cells.segments > 1;
    assert(now !== undefined || !needsClock, "a recorder of a run with phases or samples has a clock");
    this.#axis = { originMs, intervalMs, now: now ?? (() => originMs) };
    const length = this.#cells.count * COUNTER_NAMES.length;
    this.#counts = counts ?? new Float64Array(length);
    assert(this.#counts.length === length, `there is a place for each of ${length} counters of the run's cells`);
    this.#taken = new Float64Array(length);
    this.#none = this.#ofNumber(0);
  }

  trend(name: TrendName): Trend {
    return this.#none.trend(name);
  }

  count(name: CounterName, n?: number, atMs?: number): void {
    this.#none.count(name, n, atMs);
  }

  observe(name: RateName, passed: boolean, atMs?: number): void {
    this.#none.observe(name, passed, atMs);
  }

  know(worker: SampledWorker): void {
    this.#samples?.know(worker);
  }

  ofBehaviour(name: string | undefined, subject?: () => SampledSubject): WorkerRecorder {
    const recorder = this.#ofNumber(name === undefined ? 0 : this.#cells.behaviourOf(name));
    // Only samples have whose a count is.
    return this.#samples === undefined || subject === undefined ? recorder : new SubjectRecorder(recorder, subject);
  }

  gauge(name: GaugeName, value: number): void {
    this.#gauges.set(name, value);
  }

  take(): RecorderSnapshot {
    const { originMs, intervalMs } = this.#axis;
    const samples = this.#samples?.take();
    const recorders = this.#ofBehaviours.filter((recorder) => recorder !== undefined);
    const snapshot: RecorderSnapshot = {
      originMs,
      intervalMs,
      trends: recorders.flatMap((recorder) => recorder.takeTrends()),
      counters: countersIn(this.#cells, this.#counts, this.#taken),
      rates: recorders.flatMap((recorder) => recorder.takeRates()),
      gauges: Array.from(this.#gauges, ([name, value]) => ({ name, thread: this.#thread, value })),
      ...(samples !== undefined && { samples }),
    };
    this.#taken.set(this.#counts);
    return snapshot;
  }

  #ofNumber(behaviour: number): BehaviourRecorder {
    return (this.#ofBehaviours[behaviour] ??= new BehaviourRecorder(
      this.#axis,
      this.#cells,
      behaviour,
      this.#counts,
      this.#samples,
    ));
  }
}

/** The time axis, and the run's clock. */
type RecorderClock = TimeAxis & { readonly now: () => number };

/**
 * The segment that times are in at present: those of a run are mostly in the same one. Times on the run's clock, ms.
 */
class PresentSegment {
  number = 0;
  #fromMs = Infinity;
  #toMs = -Infinity;

  constructor(
    private readonly cells: Cells,
    private readonly originMs: number,
  ) {}

  /** Moves to the segment of `ms`, and returns its number. */
  at(ms: number): number {
    if (ms >= this.#fromMs && ms < this.#toMs) return this.number;
    this.number = this.cells.segmentAt(ms - this.originMs);
    this.#fromMs = this.originMs + this.cells.startOf(this.number);
    this.#toMs = this.originMs + this.cells.endOf(this.number);
    return this.number;
  }
}

/** Records what is of the workers with one behaviour, or of none. */
class BehaviourRecorder implements WorkerRecorder {
  readonly #trends = new Map<TrendName, SegmentedTrend>();
  /** By segment. */
  readonly #rates = new Map<RateName, Map<number, { passes: number; total: number }>>();
  readonly #present: PresentSegment;
  /** Whose samples are that no worker is known of. */
  readonly #subject: SampledSubject | undefined;

  constructor(
    private readonly axis: RecorderClock,
    private readonly cells: Cells,
    private readonly behaviour: number,
    private readonly counts: Float64Array,
    private readonly samples: SampleBuffer | undefined,
  ) {
    this.#present = new PresentSegment(cells, axis.originMs);
    this.#subject = behaviour === 0 ? undefined : { behaviour: at(cells.tags.behaviours, behaviour - 1) };
  }

  trend(name: TrendName): Trend {
    let trend = this.#trends.get(name);
    if (trend === undefined)
      this.#trends.set(name, (trend = new SegmentedTrend(name, this.axis, this.cells, this.samples)));
    return trend;
  }

  know(worker: SampledWorker): void {
    this.samples?.know(worker);
  }

  count(name: CounterName, n = 1, atMs?: number, subject = this.#subject): void {
    const sampledMs = this.samples === undefined || n === 0 ? atMs : this.#sample(name, n, atMs, subject);
    const cell = this.behaviour * this.cells.segments + this.#segmentAt(sampledMs);
    const place = placeOf(cell, name);
    // A hot path: no `at`. There is a place for every counter.
    this.counts[place] = (this.counts[place] ?? 0) + n;
  }

  observe(name: RateName, passed: boolean, atMs?: number, subject = this.#subject): void {
    const sampledMs = this.samples === undefined ? atMs : this.#sample(name, passed ? 1 : 0, atMs, subject);
    const segments = getOrCreate(this.#rates, name, () => new Map<number, { passes: number; total: number }>());
    const rate = getOrCreate(segments, this.#segmentAt(sampledMs), () => ({ passes: 0, total: 0 }));
    rate.total++;
    if (passed) rate.passes++;
  }

  takeTrends(): RecorderSnapshot["trends"] {
    return Array.from(this.#trends, ([name, trend]) =>
      trend.take().map((taken) => ({ name, behaviour: this.behaviour, ...taken })),
    ).flat();
  }

  takeRates(): RecorderSnapshot["rates"] {
    const rates = Array.from(this.#rates, ([name, segments]) =>
      Array.from(segments, ([segment, rate]) => ({ name, behaviour: this.behaviour, segment, ...rate })),
    ).flat();
    this.#rates.clear();
    return rates;
  }

  /** Keeps a sample, and returns its time: the clock is read once, so that its phase is that of the count. */
  #sample(name: CounterName | RateName, value: number, atMs: number | undefined, subject?: SampledSubject): number {
    const ms = atMs ?? this.axis.now();
    this.samples?.add(name, ms, value, subject);
    return ms;
  }

  #segmentAt(atMs: number | undefined): number {
    return this.cells.segments === 1 ? 0 : this.#present.at(atMs ?? this.axis.now());
  }
}

/** Records counts as samples of one subject. */
class SubjectRecorder implements WorkerRecorder {
  constructor(
    private readonly recorder: BehaviourRecorder,
    private readonly subject: () => SampledSubject,
  ) {}

  trend(name: TrendName): Trend {
    return this.recorder.trend(name);
  }

  know(worker: SampledWorker): void {
    this.recorder.know(worker);
  }

  count(name: CounterName, n?: number, atMs?: number): void {
    this.recorder.count(name, n, atMs, this.subject());
  }

  observe(name: RateName, passed: boolean, atMs?: number): void {
    this.recorder.observe(name, passed, atMs, this.subject());
  }
}
