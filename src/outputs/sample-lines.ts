/** Samples as lines of text: CSV, or JSON by lines (ndjson). Pure. */
import {
  Cells,
  SAMPLED_METRICS,
  type SampleBatch,
  type SampledSubject,
  type SampledWorker,
  type Span,
} from "../load/measure/index.js";
import { at, getOrCreate } from "../vocabulary/index.js";

export type SampleFormat = "csv" | "ndjson";

/** The columns of a sample, in both formats. */
export const SAMPLE_COLUMNS = [
  "timestamp",
  "start_ms",
  "metric",
  "value",
  "worker",
  "agent",
  "behaviour",
  "thread",
  "phase",
] as const;

/** Lines, and how many samples they are. */
export interface SampleText {
  readonly text: string;
  readonly samples: number;
}

/** A sample of an agent whose worker is not known yet. */
interface HeldSample {
  /** Its line up to the columns of the worker, and after the thread. */
  readonly head: string;
  readonly end: string;
  readonly agentId: string;
  readonly thread: string;
}

/** How many samples are held for workers that are not known yet. */
const MOST_HELD = 100_000;

/**
 * Makes lines of the batches of all threads. A thread of the platform knows an agent and not its worker, which a client
 * thread tells: until then, such samples are held. They have no worker when it never does.
 */
export class SampleLines {
  /** By the id of an agent. */
  readonly #workers = new Map<string, SampledWorker>();
  #held: HeldSample[] = [];
  readonly #cells: Cells;
  /** The ends of the lines by segment of the run. */
  readonly #ends: readonly string[];

  /** `startedAtMs`: when the run started, ms since 1970; `spans`: what its phases refer to. */
  constructor(
    private readonly format: SampleFormat,
    private readonly startedAtMs: number,
    spans: readonly Span[],
  ) {
    this.#cells = new Cells({ behaviours: [], spans });
    this.#ends = Array.from({ length: this.#cells.segments }, (_, segment) => this.#end(segment));
  }

  /** The first line of the file. */
  get head(): string {
    return this.format === "csv" ? `${SAMPLE_COLUMNS.join(",")}\n` : "";
  }

  /** The lines of a batch, and those held before whose workers it names. */
  add(batch: SampleBatch): SampleText {
    const isNew = this.#learn(batch.subjects);
    const released = isNew ? this.#release((sample) => this.#workers.has(sample.agentId)) : NOTHING;
    const tails = batch.subjects.map((subject) => this.#tailOf(subject, batch.thread));
    const ofThread = this.#tail(undefined, undefined, batch.thread);
    let text = released.text;
    let samples = released.samples;
    batch.metrics.forEach((metric, row) => {
      const startMs = at(batch.startMs, row);
      const head = this.#head(metric, startMs, at(batch.values, row));
      const end = at(this.#ends, this.#cells.segmentAt(startMs));
      const place = at(batch.of, row);
      const tail = place === 0 ? ofThread : tails[place - 1];
      if (tail !== undefined) {
        text += head + tail + end;
        samples++;
      } else this.#held.push({ head, end, agentId: idOf(at(batch.subjects, place - 1)), thread: batch.thread });
    });
    if (this.#held.length <= MOST_HELD) return { text, samples };
    const rest = this.rest();
    return { text: text + rest.text, samples: samples + rest.samples };
  }

  /** The lines of the samples that are still held. */
  rest(): SampleText {
    return this.#release(() => true);
  }

  /** Whether one of them is a worker of an agent that was not known. */
  #learn(subjects: readonly SampledSubject[]): boolean {
    let isNew = false;
    for (const subject of subjects) {
      if (typeof subject === "string" || subject.agentId === undefined) continue;
      isNew ||= !this.#workers.has(subject.agentId);
      this.#workers.set(subject.agentId, subject);
    }
    return isNew;
  }

  #release(isReady: (sample: HeldSample) => boolean): SampleText {
    if (this.#held.length === 0) return NOTHING;
    const [ready, held]: [HeldSample[], HeldSample[]] = [[], []];
    for (const sample of this.#held) (isReady(sample) ? ready : held).push(sample);
    this.#held = held;
    const tails = new Map<string, string>();
    const text = ready
      .map(({ head, end, agentId, thread }) => {
        const tail = (): string => this.#tail(this.#workers.get(agentId), agentId, thread);
        return head + getOrCreate(tails, `${thread} ${agentId}`, tail) + end;
      })
      .join("");
    return { text, samples: ready.length };
  }

  /** The columns of a subject; undefined while its worker is not known. */
  #tailOf(subject: SampledSubject, thread: string): string | undefined {
    if (typeof subject !== "string") return this.#tail(subject, subject.agentId, thread);
    const worker = this.#workers.get(subject);
    return worker === undefined ? undefined : this.#tail(worker, subject, thread);
  }

  #head(metric: number, startMs: number, exact: number): string {
    const start = inMicroseconds(startMs);
    const timestamp = inMicroseconds(this.startedAtMs + startMs);
    const value = Math.round(exact * 1e6) / 1e6;
    const name = at(SAMPLED_METRICS, metric);
    return this.format === "csv"
      ? `${timestamp},${start},${name},${value}`
      : `{"timestamp":${timestamp},"start_ms":${start},"metric":"${name}","value":${value}`;
  }

  #tail(worker: SampledWorker | undefined, agent: string | undefined, thread: string): string {
    if (this.format === "csv")
      return `,${worker?.worker ?? ""},${cell(agent)},${cell(worker?.behaviour)},${cell(thread)}`;
    const of = JSON.stringify({ worker: worker?.worker, agent, behaviour: worker?.behaviour, thread });
    return `,${of.slice(1, -1)}`;
  }

  /** The phases of the samples that begin in a segment. A space is between two of them in CSV, and in none. */
  #end(segment: number): string {
    const phases = this.#cells.phasesOf(segment);
    if (this.format === "csv") return `,${cell(phases.map((tag) => tag.replaceAll(/\s+/g, "_")).join(" "))}\n`;
    return phases.length === 0 ? "}\n" : `,"phase":${JSON.stringify(phases)}}\n`;
  }
}

function idOf(subject: SampledSubject): string {
  return typeof subject === "string" ? subject : (subject.agentId ?? "");
}

const NOTHING: SampleText = { text: "", samples: 0 };

const inMicroseconds = (ms: number): number => Math.round(ms * 1000) / 1000;

/** As RFC 4180 has it: a text with a comma, a quote or a line break is quoted. */
function cell(text = ""): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
