/** The recorded outcomes of the seed's classes, carried out again by the model. Apart from the model: it is checked by them and does not need them. */
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
