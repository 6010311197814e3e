/**
 * `--out otlp=URL`: metrics of the run every few seconds, and traces of the slowest agents at its end, to a collector
 * over OTLP/HTTP. The run never waits: an export that is not answered in time is given up and counted. The next one has
 * all that it had, as the metrics are cumulative.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { MetricProducer, MeterProvider } from "@opentelemetry/sdk-metrics";
import { packageVersion } from "../../vocabulary/index.js";
import type { EndedRun, MeasuredRun, OutputOutcome, RunOutput } from "../run-output.js";
import { recordAgents } from "./agent-spans.js";
import { ExportTally } from "./export-tally.js";
import type { OpenTelemetry } from "./load-sdk.js";
import { metricDataOf } from "./metric-data.js";

/** From one export to the next, ms, and how long the collector has to answer. */
const EXPORT_EVERY_MS = 5000;
const EXPORT_TIMEOUT_MS = 3000;
/** How long the last exports may take together, ms. */
const END_MS = 5000;
const SCOPE = { name: "crowdstorm" };

export class OtlpOutput implements RunOutput {
  readonly #url: string;
  readonly #sdk: OpenTelemetry;
  readonly #tally = new ExportTally();
  #started: { readonly provider: MeterProvider; readonly run: MeasuredRun } | undefined;

  /** @param url of the collector, without the paths of its signals */
  constructor(url: string, sdk: OpenTelemetry) {
    this.#url = url;
    this.#sdk = sdk;
  }

  start(run: MeasuredRun): void {
    const { metrics, metricExport } = this.#sdk;
    const exporter = new metricExport.OTLPMetricExporter({
      url: this.#urlOf("metrics"),
      timeoutMillis: EXPORT_TIMEOUT_MS,
    });
    const reader = new metrics.PeriodicExportingMetricReader({
      exporter: this.#tally.ofMetrics(exporter),
      exportIntervalMillis: EXPORT_EVERY_MS,
      exportTimeoutMillis: EXPORT_TIMEOUT_MS,
      metricProducers: [this.#producer(run)],
    });
    const provider = new metrics.MeterProvider({ resource: this.#resourceOf(run), readers: [reader] });
    this.#started = { provider, run };
  }

  async end(ended: EndedRun | undefined): Promise<OutputOutcome> {
    const { begun, delivered, problem } = await this.#finish(ended);
    const dropped = begun - delivered;
    const why = dropped === 0 ? null : (problem ?? `no answer within ${EXPORT_TIMEOUT_MS / 1000} s`);
    return { kind: "otlp", to: this.#url, unit: "exports", delivered, dropped, problem: why };
  }

  async #finish(ended: EndedRun | undefined): Promise<ExportTally> {
    if (this.#started === undefined) return this.#tally;
    const { provider, run } = this.#started;
    const last = Promise.allSettled([provider.shutdown(), ended && this.#sendTraces(run, ended)]);
    await Promise.race([last, sleep(END_MS, undefined, { ref: false })]);
    return this.#tally;
  }

  async #sendTraces(run: MeasuredRun, { summary, data }: EndedRun): Promise<void> {
    const { traces, traceExport } = this.#sdk;
    const memory = new traces.InMemorySpanExporter();
    const provider = new traces.TracerProvider({
      resource: this.#resourceOf(run),
      spanProcessors: [new traces.SimpleSpanProcessor({ exporter: memory })],
    });
    recordAgents(data, Date.parse(summary.startedAt), provider.getTracer(SCOPE.name, packageVersion()), this.#sdk);
    await provider.forceFlush();
    const spans = memory.getFinishedSpans();
    if (spans.length === 0) return;
    const exporter = new traceExport.OTLPTraceExporter({
      url: this.#urlOf("traces"),
      timeoutMillis: EXPORT_TIMEOUT_MS,
    });
    await this.#tally.sendSpans(exporter, spans);
    await exporter.shutdown();
  }

  #producer({ measured, from }: MeasuredRun): MetricProducer {
    const startMs = Date.now();
    return {
      collect: () => {
        const times = { startMs, nowMs: Math.max(Date.now(), startMs + 1) };
        const scopeMetrics = [
          {
            scope: { ...SCOPE, version: packageVersion() },
            metrics: metricDataOf(measured(), from, times, this.#sdk),
          },
        ];
        const resource = this.#sdk.resources.emptyResource();
        return Promise.resolve({ resourceMetrics: { resource, scopeMetrics }, errors: [] });
      },
    };
  }

  #resourceOf({ runId, scenario, seed, engine }: MeasuredRun) {
    return this.#sdk.resources.resourceFromAttributes({
      "service.name": "crowdstorm",
      "service.version": packageVersion(),
      // Prometheus makes the label `instance` of it: it distinguishes the runs of one program.
      "service.instance.id": runId,
      "crowdstorm.scenario": scenario,
      "crowdstorm.seed": seed,
      "crowdstorm.engine": engine,
    });
  }

  #urlOf(signal: "metrics" | "traces"): string {
    return new URL(`v1/${signal}`, this.#url.endsWith("/") ? this.#url : `${this.#url}/`).href;
  }
}
