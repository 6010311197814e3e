/**
 * The samples of one thread: every time that its trends recorded, and whose it was. Kept only in a run that writes them
 * out. The thread that is measured only fills columns; another thread makes text of them (`src/outputs`).
 */
import { TREND_NAMES, type TrendName } from "./metrics.js";
import type { Span } from "./tags.js";

/** A simulated worker, and its agent once it has one. */
export interface SampledWorker {
  /** The worker's number in the plan. */
  readonly worker: number;
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
  /** The places of the trends in {@link TREND_NAMES}. */
  readonly trends: Uint8Array;
  /** When the measured time began, ms after the start of the run: of a latency, the intended time. */
  readonly startMs: Float64Array;
  readonly valueMs: Float64Array;
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

const PLACES = new Map<TrendName, number>(TREND_NAMES.map((name, place) => [name, place]));
const FIRST_CAPACITY = 1024;

/** Where the trends of one thread put their samples. */
export class SampleBuffer {
  #length = 0;
  #trends = new Uint8Array(FIRST_CAPACITY);
  #startMs = new Float64Array(FIRST_CAPACITY);
  #valueMs = new Float64Array(FIRST_CAPACITY);
  #of = new Uint32Array(FIRST_CAPACITY);
  readonly #places = new Map<SampledSubject, number>();

  constructor(
    private readonly thread: string,
    private readonly originMs: number,
  ) {}

  /** @param fromMs when the measured time began, on the run's clock */
  add(trend: TrendName, fromMs: number, valueMs: number, subject: SampledSubject | undefined): void {
    if (this.#length === this.#trends.length) this.#grow();
    const place = this.#length++;
    this.#trends[place] = PLACES.get(trend) ?? 0;
    this.#startMs[place] = fromMs - this.originMs;
    this.#valueMs[place] = valueMs;
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
      trends: this.#trends.slice(0, this.#length),
      startMs: this.#startMs.slice(0, this.#length),
      valueMs: this.#valueMs.slice(0, this.#length),
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
    const capacity = 2 * this.#trends.length;
    const grown = <Column extends Uint8Array | Uint32Array | Float64Array>(column: Column, larger: Column): Column => {
      larger.set(column);
      return larger;
    };
    this.#trends = grown(this.#trends, new Uint8Array(capacity));
    this.#startMs = grown(this.#startMs, new Float64Array(capacity));
    this.#valueMs = grown(this.#valueMs, new Float64Array(capacity));
    this.#of = grown(this.#of, new Uint32Array(capacity));
  }
}
