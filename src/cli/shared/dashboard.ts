/**
 * `--dashboard`: serves the report of a running run on 127.0.0.1. Server-sent events update the page. At the end, the
 * last event makes it the report.
 */
import type { ServerResponse } from "node:http";
import { renderFinalUpdate, renderLive, renderLiveUpdate, renderWaiting, type LiveView } from "../../report/index.js";
import type { ReportData, Summary } from "../../results/index.js";
import { startLocalServer } from "./local-server.js";

/** The time between two updates, ms. It is longer when rendering an update takes more than a tenth of it. */
const UPDATE_INTERVAL_MS = 1000;
const UPDATE_SHARE = 10;
/** The maximum time for open pages to receive the report, ms. */
const CLOSE_TIMEOUT_MS = 1000;

export interface Dashboard {
  readonly url: string;
  /** Sends an update to the open pages when it is due. */
  update(view: () => LiveView): void;
  /** Sends the report to the open pages, or that there is none, and stops the server. */
  finish(report?: { readonly summary: Summary; readonly data: ReportData }): Promise<void>;
}

/** Serves on 127.0.0.1; with `port` 0 on any free port. @throws {PortError} when the port is not available */
export async function startDashboard(port: number): Promise<Dashboard> {
  const listeners = new Set<ServerResponse>();
  let currentView: (() => LiveView) | undefined;
  let nextAt = 0;
  const server = await startLocalServer({
    host: "127.0.0.1",
    port,
    what: `the dashboard on port ${port}`,
    advice: "; expected a free port, or --dashboard 0 for any free port",
    pages: {
      "/"(response) {
        const html = { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" };
        if (currentView === undefined) response.writeHead(200, { ...html, refresh: "1" }).end(renderWaiting());
        else response.writeHead(200, html).end(renderLive(currentView()));
      },
      "/events"(response) {
        response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
        response.flushHeaders();
        listeners.add(response);
        response.on("close", () => listeners.delete(response));
      },
    },
  });
  return {
    url: `${server.origin}/`,
    update(view) {
      currentView = view;
      const began = performance.now();
      if (listeners.size === 0 || began < nextAt) return;
      const update = event("update", renderLiveUpdate(view()));
      for (const listener of listeners) listener.write(update);
      nextAt = began + Math.max(UPDATE_INTERVAL_MS, UPDATE_SHARE * (performance.now() - began));
    },
    async finish(report) {
      const last =
        report === undefined ? event("end", "{}") : event("report", renderFinalUpdate(report.summary, report.data));
      for (const listener of listeners) listener.end(last);
      await server.close(CLOSE_TIMEOUT_MS);
    },
  };
}

/** A server-sent event. The text of the JSON has no line breaks. */
function event(name: string, json: string): string {
  return `event: ${name}\ndata: ${json}\n\n`;
}
