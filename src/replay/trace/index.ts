/** Traces: the events of a virtual run in order, in a file by which two runs can be compared (docs/trace.md). */
export { DivergenceError, compareWithTrace, type Divergence, type TraceComparison } from "./compare-with-trace.js";
export { concerns } from "./concerns.js";
export { createEncoder, type Encoder, type TraceEnd } from "./encoder.js";
export { TraceError } from "./trace-error.js";
export type { Note, TraceEvent, TraceSink, TraceValue } from "./trace-event.js";
export { createTraceFile, readTrace, type TraceFile, type TraceHeader, type TraceReader } from "./trace-file.js";
export { describeEvent } from "./describe-event.js";
