/** The search for the capacity of a scenario: the highest arrival rate at which it passes. */
export { arrivalRatesOf, type ArrivalRates } from "./arrival-rate.js";
export { agreeingIn, describeSearch } from "./describe-search.js";
export { findLimit } from "./find-limit.js";
export { judgeSeeds, type SeedOutcome } from "./judge-seeds.js";
export { judgeRun, outcomeOf, verdictFor } from "./judge-trial.js";
export {
  bracketOf,
  maxTrials,
  nextTrial,
  type NextTrial,
  type SearchBounds,
  type Trial,
  type TrialOutcome,
} from "./next-trial.js";
export { searchCapacity, type CapacitySearch, type EndedSearch } from "./search-capacity.js";
export { runTrialProcess, TrialError } from "./trial-process.js";
