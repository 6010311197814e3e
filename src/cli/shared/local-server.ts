/** The HTTP server of a run, for the dashboard and the metrics. It answers GET requests for a few paths. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { isIP } from "node:net";
import { setTimeout } from "node:timers/promises";
import { httpUrl, listenOn, own, whySystemFailed } from "../../vocabulary/index.js";
import { PortError } from "./usage-error.js";

/** The maximum number of connections. A further connection is closed without an answer. */
const MAX_CONNECTIONS = 100;
/** The maximum size of a request's headers. Bodies are not read. */
const MAX_HEADER_BYTES = 8192;
/** The maximum time for a client to send its request, ms. */
const REQUEST_TIMEOUT_MS = 5000;

export interface LocalServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** The content and the address, for messages. */
  readonly what: string;
  /** Appended to the message that the port is in use. */
  readonly advice?: string;
  /** Answers a request, by its path. An error becomes the status 500. */
  readonly pages: Readonly<Record<string, (response: ServerResponse) => void | Promise<void>>>;
}

export interface LocalServer {
  /** Its URL, without a path. */
  readonly origin: string;
  /** Accepts no more requests, waits at most `graceMs` for pending answers, and frees the port. */
  close(graceMs: number): Promise<void>;
}

/** Starts to listen. The server does not keep the process alive. @throws {PortError} */
export async function startLocalServer(options: LocalServerOptions): Promise<LocalServer> {
  const { host, port, what, advice = "" } = options;
  const open = new Set<Promise<void>>();
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, requestTimeout: REQUEST_TIMEOUT_MS });
  server.maxConnections = MAX_CONNECTIONS;
  server.on("request", (request, response) => {
    const closed = new Promise<void>((resolve) => response.once("close", resolve));
    open.add(closed);
    void closed.then(() => open.delete(closed));
    // Each answer closes its connection, so that none is open at the end.
    response.setHeader("connection", "close");
    answer(request, response, options);
  });
  let origin: string;
  try {
    origin = httpUrl(host, await listenOn(server, host, port));
  } catch (error) {
    const inUse = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
    throw new PortError(`cannot serve ${what}: ${whySystemFailed(error)}${inUse ? advice : ""}`, { cause: error });
  }
  server.unref();
  return {
    origin,
    async close(graceMs) {
      const closed = once(server, "close");
      server.close();
      const answered = new AbortController();
      await Promise.race([Promise.all(open), setTimeout(graceMs, undefined, { signal: answered.signal })]);
      answered.abort();
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(request: IncomingMessage, response: ServerResponse, { host, pages }: LocalServerOptions): void {
  const refuse = (status: number, why: string): void => {
    response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(`${why}\n`);
  };
  const page = own(pages, (request.url ?? "/").replace(/\?.*/, ""));
  if (!namesThisMachine(request, host))
    refuse(403, "invalid Host header: expected an address, localhost or the name that this server listens on");
  else if (page === undefined) refuse(404, `GET ${Object.keys(pages).join(" or ")}`);
  else if (request.method !== "GET") refuse(405, "GET");
  else
    Promise.resolve(response)
      .then(page)
      .catch((error: unknown) => {
        if (response.headersSent) response.destroy();
        else refuse(500, String(error));
      });
}

/**
 * Whether the Host header of the request is an address, `localhost` or `name`. A page of another site can make a
 * browser send requests to this machine under a name of that site (DNS rebinding). It must not read the answers.
 */
function namesThisMachine({ headers: { host = "" } }: IncomingMessage, name: string): boolean {
  const [, asked = ""] = /^(\[[\da-f:.]+\]|[\w.-]+)(?::\d+)?$/i.exec(host) ?? [];
  const isAddress = isIP(asked.replace(/^\[(.*)\]$/, "$1")) !== 0;
  return isAddress || ["localhost", name.toLowerCase()].includes(asked.toLowerCase());
}
