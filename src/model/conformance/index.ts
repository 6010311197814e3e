/** The recorded outcomes of the seed's classes, carried out again by the model. Apart from the model: it is checked by them and does not need them. */
export { runSequences, type ConformanceResult, type Difference, type Outcome } from "./run.js";
export { ConformanceFormatError, readVectors, type Sequence, type Step, type Variant } from "./format.js";
export { UnknownOperationError } from "./world.js";
