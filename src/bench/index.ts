/** Benchmarks of the project, each figure beside its floor from the same run; and the comparison of two results of them. */
export {
  AgainstError,
  measureAgainst,
  measurePaired,
  roundOf,
  type AgainstOptions,
  type PairedResults,
  type PairedOptions,
} from "./measure-against.js";
export {
  compareFigures,
  type Compared,
  type CompareOptions,
  type MetricComparison,
  type IncompleteMetric,
  type Unmatched,
  type ComparisonVerdict,
} from "./compare-figures.js";
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
export { requireComparable, figuresOfRuns, IncomparableRunsError, type ScenarioRun } from "./run-figures.js";
export { bootstrap, median, percentileOf, type ConfidenceInterval } from "./statistics.js";
export { BENCH_NAMES, BENCHES, benchesNamed, GATE } from "./suite.js";
