/**
 * `--dashboard`: the run's report while the run goes on, served on this machine alone. A page is served whole and then updated by
 * server-sent events; at the end it becomes the report.
 */
import type { ServerResponse } from "node:http";
import { renderLiveUpdate, renderLive, renderFinalUpdate, type LiveView } from "../../report/index.js";
import type { ReportData, Summary } from "../../results/index.js";
import { startLocalServer } from "./local-server.js";

/** Between two updates, ms; longer when an update takes long to render, so that rendering takes at most a tenth of the time. */
const UPDATE_INTERVAL_MS = 1000;
const UPDATE_SHARE = 10;
/** How long open pages have to take the report, ms. */
const CLOSE_TIMEOUT_MS = 1000;

export interface Dashboard {
  readonly url: string;
  /** Sends the present state of the run to the open pages, if it is time to. */
  update(view: () => LiveView): void;
  /** Leaves the report on the open pages, and stops serving. */
  finish(report?: { readonly summary: Summary; readonly data: ReportData }): Promise<void>;
}

/** Serves on 127.0.0.1. `port` 0 takes any that is free. @throws {PortError} when the port cannot be had */
export async function startDashboard(port: number): Promise<Dashboard> {
  const listeners = new Set<ServerResponse>();
  let present: (() => LiveView) | undefined;
  let nextAt = 0;
  const server = await startLocalServer({
    host: "127.0.0.1",
    port,
    what: `the dashboard on port ${port}`,
    advice: "; give another, such as --dashboard 0 for any that is free",
    pages: {
      "/"(response) {
        const html = { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" };
        if (present === undefined) response.writeHead(503, { ...html, refresh: "1" }).end("The run has not begun.");
        else response.writeHead(200, html).end(renderLive(present()));
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
      present = view;
      const began = performance.now();
      if (listeners.size === 0 || began < nextAt) return;
      const update = event("news", renderLiveUpdate(view()));
      for (const listener of listeners) listener.write(update);
      nextAt = began + Math.max(UPDATE_INTERVAL_MS, UPDATE_SHARE * (performance.now() - began));
    },
    async finish(report) {
      const last = report === undefined ? "" : event("report", renderFinalUpdate(report.summary, report.data));
      for (const listener of listeners) listener.end(last);
      await server.close(CLOSE_TIMEOUT_MS);
    },
  };
}

/** An event of a stream of server-sent events. JSON has no line breaks of its own. */
function event(name: string, json: string): string {
  return `event: ${name}\ndata: ${json}\n\n`;
}
