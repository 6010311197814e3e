/** A receiver of OTLP/HTTP that decodes what it gets, as a collector does, by the messages of opentelemetry-proto. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import protobuf from "protobufjs";

/** The parts of the messages that the tests read; fields that are left out are skipped. */
const MESSAGES = `
syntax = "proto3";
message MetricsRequest { repeated ResourceMetrics resource_metrics = 1; }
message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scope_metrics = 2; }
message Resource { repeated KeyValue attributes = 1; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; } }
message Scope { string name = 1; string version = 2; }
message ScopeMetrics { Scope scope = 1; repeated Metric metrics = 2; }
message Metric { string name = 1; string description = 2; string unit = 3; oneof data { Gauge gauge = 5; Sum sum = 7; Histogram histogram = 9; } }
message Gauge { repeated NumberPoint data_points = 1; }
message Sum { repeated NumberPoint data_points = 1; int32 aggregation_temporality = 2; bool is_monotonic = 3; }
message Histogram { repeated HistogramPoint data_points = 1; int32 aggregation_temporality = 2; }
message NumberPoint { fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3; double as_double = 4; sfixed64 as_int = 6; }
message HistogramPoint {
  fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3; fixed64 count = 4; double sum = 5;
  repeated fixed64 bucket_counts = 6; repeated double explicit_bounds = 7; double min = 11; double max = 12;
}
message TraceRequest { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message ScopeSpans { Scope scope = 1; repeated Span spans = 2; }
message Span {
  bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5;
  fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9; Status status = 15;
}
message Status { string message = 2; int32 code = 3; }
`;
const { root } = protobuf.parse(MESSAGES);

export interface ReceivedMetric {
  readonly name: string;
  readonly unit: string;
  readonly sum?: {
    readonly isMonotonic: boolean;
    readonly aggregationTemporality: number;
    readonly dataPoints: NumberPoint[];
  };
  readonly gauge?: { readonly dataPoints: NumberPoint[] };
  readonly histogram?: { readonly aggregationTemporality: number; readonly dataPoints: HistogramPoint[] };
}
interface NumberPoint {
  readonly asDouble?: number;
  readonly asInt?: number;
}
interface HistogramPoint {
  readonly count: number;
  readonly sum: number;
  readonly bucketCounts: number[];
  readonly explicitBounds: number[];
  readonly min?: number;
  readonly max?: number;
}
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
}
interface Attributed {
  readonly resource: {
    readonly attributes: { readonly key: string; readonly value: { readonly stringValue?: string } }[];
  };
}

/** What one request held. */
export interface Received {
  readonly path: string;
  readonly resource: Readonly<Record<string, string | undefined>>;
  readonly metrics: ReceivedMetric[];
  readonly spans: ReceivedSpan[];
}

/** How it answers: with 200, with this status, or never. */
export type Answer = number | "never";

export interface OtlpReceiver {
  readonly url: string;
  readonly received: Received[];
  /** Requests that have come, answered or not. */
  readonly requests: () => number;
  close(): Promise<void>;
}

export async function startReceiver(answer: Answer = 200): Promise<OtlpReceiver> {
  const received: Received[] = [];
  let requests = 0;
  const server: Server = createServer((request, response) => {
    requests++;
    void bodyOf(request).then((body) => {
      if (answer === "never") return;
      if (answer === 200) received.push(decode(request.url ?? "", body));
      response.writeHead(answer, { "content-type": "application/x-protobuf" }).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    requests: () => requests,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
}

function decode(path: string, body: Buffer): Received {
  const isMetrics = path.endsWith("/v1/metrics");
  const type = root.lookupType(isMetrics ? "MetricsRequest" : "TraceRequest");
  const message = type.toObject(type.decode(body), {
    longs: isMetrics ? Number : String,
    bytes: String,
    defaults: true,
  });
  const { resourceMetrics = [], resourceSpans = [] } = message as {
    resourceMetrics?: (Attributed & { scopeMetrics: { metrics: ReceivedMetric[] }[] })[];
    resourceSpans?: (Attributed & { scopeSpans: { spans: ReceivedSpan[] }[] })[];
  };
  const { attributes } = [...resourceMetrics, ...resourceSpans][0]?.resource ?? { attributes: [] };
  return {
    path,
    resource: Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue])),
    metrics: resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics)),
    spans: resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
  };
}
