/** Where the measurements of a run go besides its directory: files of samples, and a collector of OpenTelemetry. */
export { openOutputs, Outputs, type OutputChoice } from "./open-outputs.js";
export type { EndedRun, OutputOutcome, RunOutput } from "./run-output.js";
export { SAMPLE_COLUMNS, SampleLines, type SampleFormat } from "./sample-lines.js";
