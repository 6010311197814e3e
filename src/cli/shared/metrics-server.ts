/** `--metrics-port`: serves Prometheus text during a run. */
import { once } from "node:events";
import { createServer } from "node:http";
import { isIPv6 } from "node:net";
import { setTimeout } from "node:timers/promises";
import type { RunningRun } from "../../load/run/index.js";
import { PROMETHEUS_CONTENT_TYPE, prometheusText } from "../../load/measure/index.js";
import { whySystemFailed } from "../../vocabulary/index.js";
import { PortError } from "./usage-error.js";
import { hasAllowedHost } from "./allowed-host.js";

export interface MetricsServer {
  /** The port that it listens on: the given port, or a free port for 0. */
  readonly port: number;
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
  const pendingAnswers = new Set<Promise<void>>();
  const text = async ({ measured, gauges }: RunningRun): Promise<string> => {
    const all = await gauges();
    return prometheusText(
      measured(),
      all.flatMap(({ statuses }) => statuses),
      all.flatMap(({ workers }) => workers),
    );
  };
  const server = createServer((request, response) => {
    const answered = new Promise<void>((resolve) => response.once("close", resolve));
    pendingAnswers.add(answered);
    void answered.then(() => pendingAnswers.delete(answered));
    const path = (request.url ?? "/").replace(/\?.*/, "");
    const answer = (status: number, body: string, type = "text/plain; charset=utf-8"): void => {
      // Each answer closes its connection, so that none is open at the end.
      response.writeHead(status, { "content-type": type, connection: "close" }).end(body);
    };
    if (!hasAllowedHost(request, [host]))
      answer(403, "invalid host: expected an address, localhost or the value of --metrics-host\n");
    else if (request.method !== "GET" || path !== "/metrics") answer(404, "GET /metrics\n");
    else if (running === undefined) answer(503, "the run has not started yet\n");
    else
      text(running).then(
        (body) => answer(200, body, PROMETHEUS_CONTENT_TYPE),
        (error: unknown) => answer(500, `${String(error)}\n`),
      );
  });
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (error) {
    throw new PortError(`cannot serve metrics on ${host}:${port}: ${whySystemFailed(error)}`, {
      cause: error,
    });
  }
  // An open connection does not keep the process alive.
  server.unref();
  const address = server.address();
  const listening = typeof address === "object" && address !== null ? address.port : port;
  return {
    port: listening,
    url: `http://${isIPv6(host) ? `[${host}]` : host}:${listening}/metrics`,
    serve(started) {
      running = started;
    },
    async end() {
      const closed = once(server, "close");
      server.close();
      const timeout = new AbortController();
      await Promise.race([
        Promise.all(pendingAnswers),
        setTimeout(LAST_ANSWERS_MS, undefined, { signal: timeout.signal }),
      ]);
      timeout.abort();
      server.closeAllConnections();
      await closed;
    },
  };
}
