/**
 * The samples of one thread: every time that its trends recorded, every count and every observation of a rate, and
 * whose it was. Kept only in a run that writes them out. The thread that is measured only fills columns; another thread
 * makes text of them (`src/outputs`).
 */
import { COUNTER_NAMES, RATE_NAMES, TREND_NAMES, type CounterName, type RateName, type TrendName } from "./metrics.js";
import type { Span } from "./tags.js";

/** A metric that has samples: each of a run except the gauges. */
export type SampledMetric = TrendName | CounterName | RateName;
export const SAMPLED_METRICS: readonly SampledMetric[] = [...TREND_NAMES, ...COUNTER_NAMES, ...RATE_NAMES];

/** A simulated worker, and its agent once it has one. */
export interface SampledWorker {
  /** The worker's number in the plan; absent in a sample of several workers with one behaviour. */
  readonly worker?: number;
  /** The name of its behaviour. */
  readonly behaviour: string;
  /** As `getAgentId()` returns it. */
  readonly agentId?: string;
}

/** Whose sample it is: a worker, or the id of an agent in a thread that does not know workers. */
export type SampledSubject = SampledWorker | string;

/** Samples of one thread, a column each. A structured clone of it is whole. */
export interface SampleBatch {
  readonly thread: string;
  /** The places of the metrics in {@link SAMPLED_METRICS}. */
  readonly metrics: Uint8Array;
  /**
   * When the measured time began, ms after the start of the run: of a latency, the intended time. Of counters and
   * rates, when it was counted.
   */
  readonly startMs: Float64Array;
  /** Of a trend the time, ms; of a counter what was added; of a rate 1 for an observation that was true, or 0. */
  readonly values: Float64Array;
  /** The place in `subjects`, counted from 1; 0 for a sample of the thread itself. */
  readonly of: Uint32Array;
  /** Also workers that have no sample in this batch: samples of other threads name their agents. */
  readonly subjects: readonly SampledSubject[];
}

/** Receives the samples of a run. */
export interface SampleSink {
  /** The run starts, at this time of the calendar, with these spans. Called before the first batch. */
  begin(startedAt: Date, spans: readonly Span[]): void;
  add(batch: SampleBatch): void;
}

const PLACES = new Map<SampledMetric, number>(SAMPLED_METRICS.map((name, place) => [name, place]));
const FIRST_CAPACITY = 1024;

/** Where the recorder of one thread puts its samples. */
export class SampleBuffer {
  #length = 0;
  #metrics = new Uint8Array(FIRST_CAPACITY);
  #startMs = new Float64Array(FIRST_CAPACITY);
  #values = new Float64Array(FIRST_CAPACITY);
  #of = new Uint32Array(FIRST_CAPACITY);
  readonly #places = new Map<SampledSubject, number>();

  constructor(
    private readonly thread: string,
    private readonly originMs: number,
  ) {}

  /** `fromMs`: when the measured time began, or when it was counted, on the run's clock. */
  add(metric: SampledMetric, fromMs: number, value: number, subject: SampledSubject | undefined): void {
    if (this.#length === this.#metrics.length) this.#grow();
    const place = this.#length++;
    this.#metrics[place] = PLACES.get(metric) ?? 0;
    this.#startMs[place] = fromMs - this.originMs;
    this.#values[place] = value;
    this.#of[place] = subject === undefined ? 0 : this.#placeOf(subject);
  }

  /** Makes the worker of an agent known. */
  know(worker: SampledWorker): void {
    this.#placeOf(worker);
  }

  /** What was added since the last call; undefined when there was nothing. */
  take(): SampleBatch | undefined {
    if (this.#length === 0 && this.#places.size === 0) return undefined;
    const batch: SampleBatch = {
      thread: this.thread,
      metrics: this.#metrics.slice(0, this.#length),
      startMs: this.#startMs.slice(0, this.#length),
      values: this.#values.slice(0, this.#length),
      of: this.#of.slice(0, this.#length),
      subjects: [...this.#places.keys()],
    };
    this.#length = 0;
    this.#places.clear();
    return batch;
  }

  #placeOf(subject: SampledSubject): number {
    const known = this.#places.get(subject);
    if (known !== undefined) return known;
    this.#places.set(subject, this.#places.size + 1);
    return this.#places.size;
  }

  #grow(): void {
    const capacity = 2 * this.#metrics.length;
    const grown = <Column extends Uint8Array | Uint32Array | Float64Array>(column: Column, larger: Column): Column => {
      larger.set(column);
      return larger;
    };
    this.#metrics = grown(this.#metrics, new Uint8Array(capacity));
    this.#startMs = grown(this.#startMs, new Float64Array(capacity));
    this.#values = grown(this.#values, new Float64Array(capacity));
    this.#of = grown(this.#of, new Uint32Array(capacity));
  }
}
