/**
 * The measurements of a run as metrics of OpenTelemetry: cumulative, with the names of the catalogue after
 * `crowdstorm.`. Prometheus makes of them the names that `--metrics-port` serves, but histograms where those are
 * summaries.
 */
import type { HrTime } from "@opentelemetry/api";
import type { MetricData } from "@opentelemetry/sdk-metrics";
import {
  COUNTER_NAMES,
  GAUGE_NAMES,
  isMeasured,
  METRICS,
  RATE_NAMES,
  TREND_NAMES,
  type Distribution,
  type Measurements,
  type MetricName,
  type TrendName,
  type Viewpoint,
} from "../../load/measure/index.js";
import type { OpenTelemetry } from "./load-sdk.js";

/** The bounds of the buckets, ms: 1, 2 and 5 of each decade from 10 µs to 100 s. */
const BOUNDS_MS = [-2, -1, 0, 1, 2, 3, 4]
  .flatMap((decade) => [1, 2, 5].map((step) => Number(`${step}e${decade}`)))
  .concat(1e5);
const MS_PER_S = 1000;
const NS_PER_MS = 1e6;
const NS_PER_S = 1e9;

export interface MetricTimes {
  /** The start of the run and the present, ms since 1970. */
  readonly startMs: number;
  readonly nowMs: number;
}

type Sdk = Pick<OpenTelemetry, "api" | "metrics">;

/** What has been measured until now. */
export function metricDataOf(measurements: Measurements, from: Viewpoint, times: MetricTimes, sdk: Sdk): MetricData[] {
  const make = new MetricMaker(sdk, times);
  const measured = <Name extends MetricName>(names: readonly Name[]): Name[] =>
    names.filter((name) => isMeasured(name, from));
  return [
    ...measured(TREND_NAMES).map((name) => make.histogram(name, measurements.trends[name])),
    ...measured(COUNTER_NAMES).map((name) =>
      make.sum(name, METRICS[name].doc, METRICS[name].unit, measurements.counters[name]),
    ),
    ...measured(RATE_NAMES).flatMap((name) => {
      const { passes, total } = measurements.rates[name];
      const { doc } = METRICS[name];
      return [
        make.sum(`${name}.passes`, `${doc} How many did.`, "observations", passes),
        make.sum(`${name}.observations`, `${doc} Of how many.`, "observations", total),
      ];
    }),
    ...measured(GAUGE_NAMES).flatMap((name) => {
      const value = measurements.gauges[name];
      return value === undefined ? [] : [make.gauge(name, METRICS[name].doc, METRICS[name].unit, value)];
    }),
  ];
}

class MetricMaker {
  constructor(
    private readonly sdk: Sdk,
    private readonly times: MetricTimes,
  ) {}

  histogram(name: TrendName, distribution: Distribution): MetricData {
    const { DataPointType } = this.sdk.metrics;
    const { count, minMs, maxMs, sumNs } = distribution;
    const [boundaries, counts] = [BOUNDS_MS.map((ms) => ms / MS_PER_S), countsOf(distribution)];
    const value = {
      buckets: { boundaries, counts },
      count,
      sum: Number(sumNs) / NS_PER_S,
      ...(count > 0 && { min: minMs / MS_PER_S, max: maxMs / MS_PER_S }),
    };
    return {
      ...this.#common(name, METRICS[name].doc, "s"),
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: [{ ...this.#span(), attributes: {}, value }],
    };
  }

  sum(name: string, doc: string, unit: string, value: number): MetricData {
    return {
      ...this.#common(name, doc, `{${unit}}`),
      dataPointType: this.sdk.metrics.DataPointType.SUM,
      isMonotonic: true,
      dataPoints: [{ ...this.#span(), attributes: {}, value }],
    };
  }

  gauge(name: string, doc: string, unit: string, value: number): MetricData {
    return {
      ...this.#common(name, doc, `{${unit}}`),
      dataPointType: this.sdk.metrics.DataPointType.GAUGE,
      dataPoints: [{ ...this.#span(), attributes: {}, value }],
    };
  }

  #common(name: string, description: string, unit: string) {
    const { api, metrics } = this.sdk;
    return {
      descriptor: { name: `crowdstorm.${name}`, description, unit, valueType: api.ValueType.DOUBLE },
      aggregationTemporality: metrics.AggregationTemporality.CUMULATIVE,
    };
  }

  #span() {
    return { startTime: hrTimeOf(this.times.startMs), endTime: hrTimeOf(this.times.nowMs) };
  }
}

/**
 * How many samples are in each bucket: one number more than bounds. A bucket has its upper bound in it, and not its
 * lower one: times are whole nanoseconds, so that the next one begins a nanosecond later.
 */
function countsOf(distribution: Distribution): number[] {
  const nextMs = BOUNDS_MS.map((ms) => (Math.round(ms * NS_PER_MS) + 1) / NS_PER_MS);
  const inner = distribution.countsBetween([0, ...nextMs]);
  const within = inner.reduce((sum, n) => sum + n, 0);
  return [...inner, distribution.count - within];
}

/** Seconds and nanoseconds. */
export function hrTimeOf(ms: number): HrTime {
  const seconds = Math.floor(ms / MS_PER_S);
  return [seconds, Math.round((ms - seconds * MS_PER_S) * NS_PER_MS)];
}
