/** Where the measurements of a run go besides its directory: a file of samples, a collector. */
import type { Measurements, SampleSink, Viewpoint } from "../load/measure/index.js";
import type { ReportData, Summary } from "../results/index.js";

/** What came of an output, for the summary. */
export type OutputOutcome = NonNullable<Summary["outputs"]>[number];

/** A finished run, for what is sent at its end. */
export interface EndedRun {
  readonly summary: Summary;
  readonly data: ReportData;
}

/** A run that goes on. */
export interface MeasuredRun extends Pick<Summary, "runId" | "seed" | "engine"> {
  readonly scenario: string;
  readonly measured: () => Measurements;
  /** From where the run measures. */
  readonly from: Viewpoint;
}

export interface RunOutput {
  /** Takes the samples; absent for an output that needs none. */
  readonly samples?: SampleSink;
  /** The run goes on, and can be asked for its figures. */
  start?(run: MeasuredRun): void;
  /** Resolves when it can take more without dropping any: a simulated run can wait. */
  room?(): Promise<void>;
  /** Hands over what is left, for a limited time. Without `ended`, the run failed. Never rejects. */
  end(ended: EndedRun | undefined): Promise<OutputOutcome>;
}
