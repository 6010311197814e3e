/** The benchmarks of the project, each figure beside its floor from the same run, and the comparison of two results. */
export {
  AgainstError,
  measureAgainst,
  measurePaired,
  roundOf,
  type AgainstOptions,
  type PairedOptions,
  type PairedFigures,
} from "./measure-against.js";
export {
  compareFigures,
  type CompareOptions,
  type Compared,
  type ComparisonVerdict,
  type IncompleteMetric,
  type MetricComparison,
  type Unmatched,
} from "./compare-figures.js";
export type { Bench, BenchOptions, Figure } from "./figure.js";
export {
  benchmarkActionJson,
  comparisonJUnit,
  comparisonMarkdown,
  renderComparison,
  type ComparedRuns,
} from "./outputs.js";
export { holm, rankSumTest, signedRankTest } from "./rank-tests.js";
export { averageOf, differenceOf, type RunCost, type UnitCost } from "./run-cost.js";
export { renderResult } from "./render.js";
export {
  ResultFormatError,
  measureAll,
  parseResult,
  toRatios,
  type BenchResult,
  type MeasureOptions,
} from "./result.js";
export { changePoints, LEAST_PART, SIGNIFICANCE, type ChangePoint } from "./change-points.js";
export { seriesOf, type DatedRun } from "./run-history.js";
export { IncomparableRunsError, figuresOfRuns, requireComparable, type ScenarioRun } from "./run-figures.js";
export { bootstrap, median, medianInterval, percentileOf, type ConfidenceInterval } from "./statistics.js";
export { BENCHES, BENCH_NAMES, GATE, MAIN_JOB, benchesNamed } from "./suite.js";
