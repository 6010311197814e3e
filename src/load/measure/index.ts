/** Recording, merging, thresholds, and the health of the generator. */
export type { Distribution } from "./distribution.js";
export { compare, multiply, parseDecimal, toDecimal, type Rational } from "./exact.js";
export {
  scheduleKept,
  watchHealth,
  watchProcess,
  type ProcessHealth,
  type ScheduleVerdict,
  type ThreadHealth,
} from "./health.js";
export { formatHlog, type HlogOptions } from "./hlog.js";
export { loadGenerated, loadGeneratedOver, type LoadVerdict, type RequestTally } from "./load.js";
export {
  Collector,
  type CollectorOptions,
  type Interval,
  type Measurements,
} from "./measurements.js";
export {
  COUNTER_NAMES,
  GAUGE_NAMES,
  METRICS,
  RATE_NAMES,
  STAGES,
  TREND_NAMES,
  isMeasured,
  isMetric,
  tagsOf,
  type CounterName,
  type GaugeName,
  type MetricName,
  type MetricType,
  type RateName,
  type TrendName,
  type Viewpoint,
} from "./metrics.js";
export { PROMETHEUS_CONTENT_TYPE, prometheusText, type StatusCount, type WorkerCount } from "./prometheus.js";
export {
  createRecorder,
  createSharedCounts,
  type Recorder,
  type RecorderOptions,
  type RecorderSnapshot,
  type SharedCounts,
  type WorkerRecorder,
} from "./recorder.js";
export {
  SAMPLED_METRICS,
  type SampleBatch,
  type SampledSubject,
  type SampledWorker,
  type SampleSink,
} from "./sample-buffer.js";
export { distributionOf } from "./samples.js";
export { isTrendCounts, type IntervalCounts, type Trend } from "./segmented-trend.js";
export { normalizedMetric, parseTaggedMetric, untagged } from "./tagged-metric.js";
export {
  Cells,
  formatTags,
  NO_TAGS,
  PHASES,
  measuredPhases,
  TAG_NAMES,
  type Cell,
  type MeasuredPhase,
  type PhaseTag,
  type Span,
  type TagSelector,
  type TagSet,
} from "./tags.js";
export {
  ThresholdError,
  evaluate,
  failuresThatAbort,
  limitOf,
  parseThreshold,
  parseThresholds,
  type Threshold,
  type ThresholdResult,
  type ThresholdSpec,
} from "./thresholds.js";
export { evaluateEndedEarly, evaluateSoFar, type ThresholdSoFar } from "./thresholds-so-far.js";
