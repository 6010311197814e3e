/**
 * Runs the recorded sequences of the original's classes against the model. Separate from the model, which is checked by
 * them and does not need them.
 */
export {
  runSequences,
  type ConformanceDifference,
  type ConformanceOutcome,
  type ConformanceResult,
} from "./run-sequences.js";
export {
  ConformanceFormatError,
  readVectors,
  type ConformanceSequence,
  type ConformanceStep,
  type Variant,
} from "./vector-format.js";
export { UnknownOperationError } from "./fixture.js";
