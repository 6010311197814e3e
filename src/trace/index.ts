/** Traces: everything that happened in a run, in order, as a file that two runs can be compared by (docs/trace.md). */
export { createEncoder, type Encoder, type TraceEnd } from "./encoder.js";
export { TraceError } from "./error.js";
export type { TraceEvent, TraceSink, Value } from "./event.js";
export { createTraceFile, readTrace, type TraceFile, type TraceHeader, type TraceReader } from "./file.js";
