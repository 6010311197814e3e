/** Benchmarks of the project, each figure beside its floor from the same run; and the comparison of two results of them. */
export {
  AgainstError,
  measureAgainst,
  measureInTurn,
  roundOf,
  type AgainstOptions,
  type InTurn,
  type InTurnOptions,
} from "./against.js";
export {
  compareFigures,
  type Compared,
  type CompareOptions,
  type Comparison,
  type IncompleteMetric,
  type Unmatched,
  type Verdict,
} from "./compare.js";
export type { Bench, Figure } from "./figure.js";
export {
  benchmarkActionJson,
  comparisonJUnit,
  comparisonMarkdown,
  renderComparison,
  type LeftOutRun,
} from "./outputs.js";
export { holm, rankSumTest, signedRankTest } from "./rank-tests.js";
export { renderResult } from "./render.js";
export {
  measureAll,
  parseResult,
  ResultFormatError,
  toRatios,
  type BenchResult,
  type MeasureOptions,
} from "./result.js";
export { checkAlike, figuresOfRuns, UnlikeRunsError, type ScenarioRun } from "./runs.js";
export { bootstrap, median, percentileOf, type Interval } from "./statistics.js";
export { BENCH_NAMES, BENCHES, benchesNamed, GATE } from "./suite.js";
