/**
 * `--out csv=FILE` and `--out ndjson=FILE`: every sample of the run, written by a thread of its own while the run goes
 * on.
 */
import { Worker } from "node:worker_threads";
import type { SampleBatch, SampleSink, Span } from "../load/measure/index.js";
import { messageOf } from "../vocabulary/index.js";
import type { OutputOutcome, RunOutput } from "./run-output.js";
import type { FromSampleFile, SampleFileSetup, ToSampleFile } from "./sample-file-messages.js";
import type { SampleFormat } from "./sample-lines.js";

/** How many samples may wait for the thread; more are dropped, and counted. About 30 MiB. */
const MOST_WAITING = 1 << 20;
/** How long the rest may take at the end of the run, ms. */
const END_MS = 30_000;

export class SampleFile implements RunOutput, SampleSink {
  readonly samples = this;
  readonly #format: SampleFormat;
  readonly #path: string;
  #thread: Worker | undefined;
  #added = 0;
  #waiting = 0;
  /** How many samples are in the file, as far as the thread has said. */
  #written = 0;
  #ended: { readonly problem: string | undefined } | undefined;
  /** Called when the thread has said something, or has ended. */
  #wake: (() => void)[] = [];

  constructor(format: SampleFormat, path: string) {
    this.#format = format;
    this.#path = path;
  }

  begin(startedAt: Date, spans: readonly Span[]): void {
    const gzip = this.#path.endsWith(".gz");
    const setup: SampleFileSetup = {
      path: this.#path,
      format: this.#format,
      gzip,
      startedAtMs: startedAt.getTime(),
      spans,
    };
    const thread = new Worker(new URL("./sample-file-thread.js", import.meta.url), { workerData: setup });
    thread.on("message", (message: FromSampleFile) => {
      this.#written = message.written;
      if (message.kind === "taken") this.#waiting -= message.samples;
      else this.#ended ??= message;
      this.#notify();
    });
    thread.on("error", (error) => this.#give(`its thread died: ${messageOf(error)}`));
    thread.on("exit", () => this.#give("its thread ended"));
    this.#thread = thread;
  }

  add(batch: SampleBatch): void {
    const samples = batch.metrics.length;
    this.#added += samples;
    if (this.#ended !== undefined) return;
    if (this.#waiting + samples <= MOST_WAITING) {
      this.#waiting += samples;
      this.#post(batch);
      return;
    }
    // The samples are dropped. Who has which agent is needed for later ones.
    this.#post({ ...batch, ...NO_SAMPLES });
  }

  async room(): Promise<void> {
    while (this.#waiting > MOST_WAITING / 2 && this.#ended === undefined)
      await new Promise<void>((resolve) => this.#wake.push(resolve));
  }

  async end(): Promise<OutputOutcome> {
    // A run that did not begin has no file.
    if (this.#thread !== undefined) await this.#untilEnded(this.#thread);
    const dropped = this.#added - this.#written;
    const tooSlow = dropped > 0 ? "it was written more slowly than samples came" : null;
    return {
      kind: this.#format,
      to: this.#path,
      unit: "samples",
      delivered: this.#written,
      dropped,
      problem: this.#ended?.problem ?? tooSlow,
    };
  }

  async #untilEnded(thread: Worker): Promise<void> {
    this.#post("end");
    const timeout = setTimeout(() => this.#give(`it was not written within ${END_MS / 1000} s`), END_MS);
    while (this.#ended === undefined) await new Promise<void>((resolve) => this.#wake.push(resolve));
    clearTimeout(timeout);
    // Not awaited: a thread that hangs in a write cannot be ended.
    void thread.terminate();
  }

  /** The thread takes no more. Only the first reason counts. */
  #give(problem: string): void {
    this.#ended ??= { problem };
    this.#notify();
  }

  #post(message: ToSampleFile): void {
    this.#thread?.postMessage(message);
  }

  #notify(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

const NO_SAMPLES = {
  metrics: new Uint8Array(),
  startMs: new Float64Array(),
  values: new Float64Array(),
  of: new Uint32Array(),
};
