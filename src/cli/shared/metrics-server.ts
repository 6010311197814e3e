/** `--metrics-port`: serves Prometheus text while a run goes on. */
import { once } from "node:events";
import { createServer } from "node:http";
import { isIPv6 } from "node:net";
import { setTimeout } from "node:timers/promises";
import type { RunningRun } from "../../load/run/index.js";
import { PROMETHEUS_CONTENT_TYPE, prometheusText } from "../../load/measure/index.js";
import { whySystemFailed } from "../../vocabulary/index.js";
import { PortError } from "./usage-error.js";
import { asksThisMachine } from "./listening.js";

export interface MetricsServer {
  /** The port that it listens on: the one asked for, or for 0 one that was free. */
  readonly port: number;
  /** Where the metrics are. */
  readonly url: string;
  /** What is served from now on; before, a request is answered with 503. */
  serve(running: RunningRun): void;
  /** Answers what has been asked, and nothing more; the port is free then. Who does not take the answer in time does not get it. */
  end(): Promise<void>;
}

/** How long an answer may take once the run is over, ms. */
const LAST_ANSWERS_MS = 2000;

/** Listens on `host` and `port` for `GET /metrics`. @throws {PortError} */
export async function startMetricsServer(host: string, port: number): Promise<MetricsServer> {
  let running: RunningRun | undefined;
  const beingAnswered = new Set<Promise<void>>();
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
    beingAnswered.add(answered);
    void answered.then(() => beingAnswered.delete(answered));
    const path = (request.url ?? "/").replace(/\?.*/, "");
    const answer = (status: number, body: string, type = "text/plain; charset=utf-8"): void => {
      // A connection an answer: none is left over at the end.
      response.writeHead(status, { "content-type": type, connection: "close" }).end(body);
    };
    if (!asksThisMachine(request, [host]))
      answer(403, "ask by an address of this machine, or by the name that --metrics-host gives\n");
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
  // A scraper that keeps its connection does not keep the run.
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
      const enough = new AbortController();
      await Promise.race([
        Promise.all(beingAnswered),
        setTimeout(LAST_ANSWERS_MS, undefined, { signal: enough.signal }),
      ]);
      enough.abort();
      server.closeAllConnections();
      await closed;
    },
  };
}
