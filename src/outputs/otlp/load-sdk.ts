/** Loads the OpenTelemetry SDK, which only those install who send to a collector. */
import type * as Api from "@opentelemetry/api";
import type * as MetricExport from "@opentelemetry/exporter-metrics-otlp-proto";
import type * as TraceExport from "@opentelemetry/exporter-trace-otlp-proto";
import type * as Resources from "@opentelemetry/resources";
import type * as Metrics from "@opentelemetry/sdk-metrics";
import type * as Traces from "@opentelemetry/sdk-trace";
import { installRemedy } from "../../vocabulary/index.js";

export interface OpenTelemetry {
  readonly api: typeof Api;
  readonly resources: typeof Resources;
  readonly metrics: typeof Metrics;
  readonly metricExport: typeof MetricExport;
  readonly traces: typeof Traces;
  readonly traceExport: typeof TraceExport;
}

/** An output cannot be used. The message is one line. */
export class OutputError extends Error {
  override readonly name = "OutputError";
}

/** With the versions of the peer dependencies. */
const PACKAGES = [
  "api@1",
  "resources@2",
  "sdk-metrics@2",
  "sdk-trace@2",
  "exporter-metrics-otlp-proto@0.223",
  "exporter-trace-otlp-proto@0.223",
];

/** @throws {OutputError} when a package is not installed */
export async function loadOpenTelemetry(): Promise<OpenTelemetry> {
  try {
    const [api, resources, metrics, metricExport, traces, traceExport] = await Promise.all([
      import("@opentelemetry/api"),
      import("@opentelemetry/resources"),
      import("@opentelemetry/sdk-metrics"),
      import("@opentelemetry/exporter-metrics-otlp-proto"),
      import("@opentelemetry/sdk-trace"),
      import("@opentelemetry/exporter-trace-otlp-proto"),
    ]);
    return { api, resources, metrics, metricExport, traces, traceExport };
  } catch (error) {
    const names = PACKAGES.map((name) => `@opentelemetry/${name}`);
    const remedy = installRemedy(error, "--out otlp needs OpenTelemetry", names);
    if (remedy === undefined) throw error;
    throw new OutputError(remedy, { cause: error });
  }
}
