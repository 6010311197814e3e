/** Metrics and traces of a run for a collector of OpenTelemetry. */
export { loadOpenTelemetry, OutputError } from "./load-sdk.js";
export { OtlpOutput } from "./otlp-output.js";
