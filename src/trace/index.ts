/** Traces: everything that happened in a run, in order, as a file that two runs can be compared by (docs/trace.md). */
export { compareWithTrace, DivergenceError, type Comparison, type Divergence } from "./comparison.js";
export { concerns } from "./concerns.js";
export { createEncoder, type Encoder, type TraceEnd } from "./encoder.js";
export { TraceError } from "./error.js";
export type { Note, TraceEvent, TraceSink, Value } from "./event.js";
export { createTraceFile, readTrace, type TraceFile, type TraceHeader, type TraceReader } from "./file.js";
export { describeEvent } from "./print.js";
