/** The outputs of a run together. Each is loaded only when it is used. */
import type { SampleSink } from "../load/measure/index.js";
import type { EndedRun, MeasuredRun, OutputOutcome, RunOutput } from "./run-output.js";
import { SampleFile } from "./sample-file.js";

/** What a run is to be written to. */
export interface OutputChoice {
  readonly kind: OutputOutcome["kind"];
  /** The path of a file, or a URL. */
  readonly to: string;
}

export class Outputs {
  readonly #outputs: readonly RunOutput[];
  /** Takes the samples; undefined when no output needs them. */
  readonly samples: SampleSink | undefined;

  constructor(outputs: readonly RunOutput[]) {
    this.#outputs = outputs;
    const sinks = outputs.flatMap(({ samples }) => samples ?? []);
    if (sinks.length === 0) return;
    this.samples = {
      begin(startedAt, spans) {
        for (const sink of sinks) sink.begin(startedAt, spans);
      },
      add(batch) {
        for (const sink of sinks) sink.add(batch);
      },
    };
  }

  /** The run goes on. */
  start(run: MeasuredRun): void {
    for (const output of this.#outputs) output.start?.(run);
  }

  /** Resolves when all of them can take more. */
  async room(): Promise<void> {
    for (const output of this.#outputs) await output.room?.();
  }

  /** Hands over what is left. Without `ended`, the run failed. */
  end(ended: EndedRun | undefined): Promise<OutputOutcome[]> {
    return Promise.all(this.#outputs.map((output) => output.end(ended)));
  }
}

/** The outputs, which begin with the run. @throws {OutputError} when one needs packages that are not installed */
export async function openOutputs(choices: readonly OutputChoice[]): Promise<Outputs> {
  return new Outputs(await Promise.all(choices.map(openOutput)));
}

async function openOutput({ kind, to }: OutputChoice): Promise<RunOutput> {
  if (kind !== "otlp") return new SampleFile(kind, to);
  const { loadOpenTelemetry, OtlpOutput } = await import("./otlp/index.js");
  return new OtlpOutput(to, await loadOpenTelemetry());
}
