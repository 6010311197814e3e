/** `--metrics-port`: serves Prometheus text during a run. */
import type { RunningRun } from "../../load/run/index.js";
import { PROMETHEUS_CONTENT_TYPE, prometheusText } from "../../load/measure/index.js";
import { startLocalServer } from "./local-server.js";

export interface MetricsServer {
  /** The URL of the metrics. */
  readonly url: string;
  /** Serves the metrics of this run. Before the first call, a request is answered with 503. */
  serve(running: RunningRun): void;
  /** Answers the pending requests, for a limited time, and stops the server. The port is free afterwards. */
  end(): Promise<void>;
}

/** The maximum time for the pending answers at the end, ms. */
const LAST_ANSWERS_MS = 2000;

/** Listens on `host` and `port` for `GET /metrics`. @throws {PortError} */
export async function startMetricsServer(host: string, port: number): Promise<MetricsServer> {
  let running: RunningRun | undefined;
  const server = await startLocalServer({
    host,
    port,
    what: `metrics on ${host}:${port}`,
    pages: {
      async "/metrics"(response) {
        if (running === undefined) {
          response.writeHead(503, { "content-type": "text/plain" }).end("the run has not started yet\n");
          return;
        }
        const all = await running.gauges();
        const text = await prometheusText(
          running.measured(),
          all.flatMap(({ statuses }) => statuses),
          all.flatMap(({ workers }) => workers),
          running.from,
        );
        response.writeHead(200, { "content-type": PROMETHEUS_CONTENT_TYPE }).end(text);
      },
    },
  });
  return {
    url: `${server.origin}/metrics`,
    serve(started) {
      running = started;
    },
    end: () => server.close(LAST_ANSWERS_MS),
  };
}
