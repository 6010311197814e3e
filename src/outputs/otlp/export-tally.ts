/** Counts what a collector took: every export of the SDK passes here. */
import type { ResourceMetrics, PushMetricExporter } from "@opentelemetry/sdk-metrics";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace";
import { messageOf, whySystemFailed } from "../../vocabulary/index.js";

type ExportResult = Parameters<Parameters<PushMetricExporter["export"]>[1]>[0];

/** The SDK's code of a success. */
const SUCCESS = 0;

export class ExportTally {
  begun = 0;
  delivered = 0;
  /** Why the latest one that failed did. */
  problem: string | undefined;

  /** `exporter`, whose exports are counted. */
  ofMetrics(exporter: PushMetricExporter): PushMetricExporter {
    return {
      export: (metrics: ResourceMetrics, done) => exporter.export(metrics, this.#counted(done)),
      forceFlush: () => exporter.forceFlush(),
      shutdown: () => exporter.shutdown(),
    };
  }

  /** Sends the spans; resolves when the collector has answered, or was given up. */
  sendSpans(exporter: SpanExporter, spans: ReadableSpan[]): Promise<void> {
    return new Promise((resolve) =>
      exporter.export(
        spans,
        this.#counted(() => resolve()),
      ),
    );
  }

  #counted(done: (result: ExportResult) => void): (result: ExportResult) => void {
    this.begun++;
    return (result) => {
      const code: number = result.code;
      if (code === SUCCESS) this.delivered++;
      else this.problem = result.error === undefined ? "no reason given" : reasonOf(result.error);
      done(result);
    };
  }
}

/** `connection refused`; `HTTP 404: Not Found`; the message of anything else. */
function reasonOf(error: Error): string {
  const code = "code" in error ? error.code : undefined;
  if (typeof code === "number") return `HTTP ${code}: ${error.message}`;
  return typeof code === "string" ? whySystemFailed(error) : messageOf(error);
}
