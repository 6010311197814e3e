/**
 * `--dashboard`: the run's report as it comes about, served on this machine alone. A page is served whole and then told the
 * news by server-sent events; at the end it becomes the report.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import { renderLiveUpdate, renderLive, renderFinalUpdate, type LiveView } from "../../report/index.js";
import type { ReportData, Summary } from "../../results/index.js";
import { PortError } from "./usage-error.js";
import { asksThisMachine } from "./listening.js";
import { own } from "../../vocabulary/index.js";

/** Between two pieces of news, ms; more when they are long in the making, so that they take a tenth of the time at most. */
const UPDATE_INTERVAL_MS = 1000;
const UPDATE_SHARE = 10;
/** How long open pages have to take the report, ms. */
const CLOSE_TIMEOUT_MS = 1000;

export interface Dashboard {
  readonly url: string;
  /** Tells the open pages how the run is now, if it is time to. */
  update(view: () => LiveView): void;
  /** Leaves the report on the open pages, and stops serving. */
  finish(report?: { readonly summary: Summary; readonly data: ReportData }): Promise<void>;
}

/** Serves on 127.0.0.1. `port` 0 takes any that is free. @throws {PortError} when the port cannot be had */
export async function startDashboard(port: number): Promise<Dashboard> {
  const listeners = new Set<ServerResponse>();
  let present: (() => LiveView) | undefined;
  let nextAt = 0;
  const server = createServer((request, response) => {
    answer(request, response, {
      "/": () => {
        const html = { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" };
        if (present === undefined) response.writeHead(503, { ...html, refresh: "1" }).end("The run has not begun.");
        else response.writeHead(200, html).end(renderLive(present()));
      },
      "/events": () => {
        response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
        response.flushHeaders();
        listeners.add(response);
        response.on("close", () => listeners.delete(response));
      },
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why =
        error.code === "EADDRINUSE"
          ? "it is in use; give another, such as --dashboard 0 for any that is free"
          : error.message;
      reject(new PortError(`cannot serve the dashboard on port ${port}: ${why}`));
    });
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    update(view) {
      present = view;
      const began = performance.now();
      if (listeners.size === 0 || began < nextAt) return;
      const news = event("news", renderLiveUpdate(view()));
      for (const listener of listeners) listener.write(news);
      nextAt = began + Math.max(UPDATE_INTERVAL_MS, UPDATE_SHARE * (performance.now() - began));
    },
    async finish(report) {
      const last = report === undefined ? "" : event("report", renderFinalUpdate(report.summary, report.data));
      const told = Promise.all(
        [...listeners].map(
          (listener) => new Promise<void>((resolve) => listener.once("close", resolve).end(last, resolve)),
        ),
      );
      // A page that does not listen cannot hold up the end of the run.
      const enough = new AbortController();
      await Promise.race([told, setTimeout(CLOSE_TIMEOUT_MS, undefined, { signal: enough.signal })]);
      enough.abort();
      server.close();
      server.closeAllConnections();
    },
  };
}

/** An event of a stream of server-sent events. JSON has no line breaks of its own. */
function event(name: string, json: string): string {
  return `event: ${name}\ndata: ${json}\n\n`;
}

function answer(request: IncomingMessage, response: ServerResponse, pages: Readonly<Record<string, () => void>>): void {
  const refuse = (status: number): void => void response.writeHead(status).end();
  if (!asksThisMachine(request)) return refuse(403);
  if (request.method !== "GET") return refuse(405);
  const page = own(pages, request.url ?? "");
  if (page === undefined) return refuse(404);
  page();
}
