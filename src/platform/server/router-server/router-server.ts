/**
 * The router on a port. One socket is the backend's: the one that said so last (`alive` of the subject `mephisto`).
 * Every other socket is a browser's. Limits: {@link MAX_SOCKETS} sockets; {@link MAX_UNKNOWN} that have not said whose
 * they are, each for {@link UNKNOWN_MS}; the size of bodies and messages; the number of messages a second; what waits
 * for a peer that does not read.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { listenOn } from "../../../vocabulary/index.js";
import { limits, type WirePacket } from "../protocol/index.js";
import { refusalOf, type Access } from "./access.js";
import type { BackendLink } from "./backend-link.js";
import { BrowserSocket, type SocketOwner } from "./browser-socket.js";
import { HttpEndpoints } from "./http-endpoints.js";
import { isBackendHello, type RouterCore } from "./router-core.js";

const MAX_SOCKETS = 20_000;
const MAX_UNKNOWN = 256;
/** How long a socket may take to say whose it is, ms. */
const UNKNOWN_MS = 10_000;
/** How long a request may take to be read, ms. */
const REQUEST_MS = 30_000;
const HEADERS_MS = 10_000;
const GOING_AWAY = 1001;

/** What the server counts. */
export type ServerCount = "malformed" | "refused";

export interface RouterServerEvents {
  /** The backend's socket was opened. */
  onBackend(): void;
  onBackendClosed(): void;
  /** The backend's packet, before the router sees it. */
  onBackendPacket(packet: WirePacket): void;
  count(what: ServerCount): void;
}

export interface RouterServerOptions extends Access {
  readonly port: number;
  readonly core: RouterCore;
  readonly link: BackendLink;
  readonly events: RouterServerEvents;
  /** The time of the day, ms since the epoch. */
  readonly now: () => number;
  /** Where the page is. Left out: there is none. */
  readonly files?: string | undefined;
}

/** What a closed server leaves behind. */
export interface InFlight {
  /** Requests that the backend had not answered. */
  readonly requests: number;
  /** Packets that were kept for a backend. */
  readonly kept: number;
  /** Bytes that the backend had not been sent. */
  readonly bytes: number;
  readonly browsers: number;
}

export class RouterServer implements SocketOwner {
  readonly now: () => number;
  readonly #options: RouterServerOptions;
  readonly #server: Server;
  readonly #sockets = new Set<BrowserSocket>();
  readonly #unknown = new Set<BrowserSocket>();
  /** A browser's message is refused before it is read whole. */
  readonly #forBrowsers = new WebSocketServer({ noServer: true, maxPayload: limits.CLIENT_MESSAGE_BYTES });
  readonly #forOthers = new WebSocketServer({ noServer: true, maxPayload: limits.BACKEND_MESSAGE_BYTES });
  /** What every request and handshake gets. */
  #refusal: "refused" | "cut" | number | undefined;
  /** The port that it listens on. */
  #port = 0;

  constructor(options: RouterServerOptions) {
    this.#options = options;
    this.now = options.now;
    const { core, link, events } = options;
    const http = new HttpEndpoints({
      ...options,
      core,
      hasBackend: () => link.isOpen,
      onMalformed: () => events.count("malformed"),
    });
    this.#server = createServer({ requestTimeout: REQUEST_MS, headersTimeout: HEADERS_MS }, (request, response) => {
      const refusal = refusalOf(request, options);
      if (refusal === undefined && this.#refusal === undefined) {
        http.handle(request, response);
        return;
      }
      const status = refusal?.status ?? this.#refusal;
      if (typeof status !== "number") {
        request.socket.destroy();
        return;
      }
      events.count("refused");
      const error = refusal?.why ?? "not available at present";
      response.writeHead(status, { "content-type": "application/json", connection: "close" });
      response.end(JSON.stringify({ error }));
    });
    this.#server.maxConnections = MAX_SOCKETS;
    // `listen` rejects with the error; later ones come when the port was taken meanwhile, and leave the backend away.
    this.#server.on("error", () => events.count("refused"));
    this.#server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.#onUpgrade(request, socket, head),
    );
    this.#server.on("clientError", (_error, socket) => {
      events.count("malformed");
      if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
      else socket.destroy();
    });
  }

  /** Listens. Returns the port. Rejects with the error of the system. */
  async listen(): Promise<number> {
    const { port, host } = this.#options;
    return (this.#port = await listenOn(this.#server, host, port));
  }

  /**
   * What every request and every handshake gets from now on: `refused`: nothing listens; `cut`: its connection is
   * closed without an answer; or a status. undefined: they are served again.
   */
  refuseAll(how: "refused" | "cut" | number | undefined): void {
    this.#refusal = how;
    if (how === "refused") this.#server.close();
    else if (!this.#server.listening) this.#server.listen(this.#port, this.#options.host);
  }

  /** Closes sockets that have not said whose they are in time. To be called now and then. */
  sweep(): void {
    const before = this.now() - UNKNOWN_MS;
    for (const socket of this.#unknown) {
      if (socket.openedAt > before) break;
      this.#options.events.count("refused");
      socket.refuse("expected an alive packet");
      this.#unknown.delete(socket);
    }
  }

  /** Closes every socket. Says what was in flight. */
  async close(graceMs: () => Promise<void>): Promise<InFlight> {
    const { core, link } = this.#options;
    const backend = [...this.#sockets].find(({ role }) => role === "backend");
    const inFlight: InFlight = {
      requests: core.pendingRequests,
      kept: link.kept,
      bytes: backend?.ws.bufferedAmount ?? 0,
      browsers: [...this.#sockets].filter(({ role }) => role === "client").length,
    };
    const closed = once(this.#server, "close");
    this.refuseAll("refused");
    this.#server.closeIdleConnections();
    for (const { ws } of this.#sockets) ws.close(GOING_AWAY, "the run is over");
    // A peer that does not answer the close frame in time is disconnected.
    await Promise.race([closed, graceMs()]);
    for (const { ws } of this.#sockets) ws.terminate();
    this.#server.closeAllConnections();
    // One that did not listen any more, without connections, has reported its close before.
    await Promise.race([closed, graceMs()]);
    return inFlight;
  }

  onPacket(socket: BrowserSocket, packet: WirePacket): void {
    const { core, link, events } = this.#options;
    if (socket.role === "backend") {
      events.onBackendPacket(packet);
      return;
    }
    if (isBackendHello(packet)) {
      if (socket.isBrowser) {
        events.count("refused");
        socket.refuse("a page cannot be the backend");
        return;
      }
      this.#unknown.delete(socket);
      socket.role = "backend";
      core.fromBackend(packet);
      link.attach(socket.ws);
      events.onBackend();
      return;
    }
    if (socket.role === "unknown") {
      socket.role = "client";
      this.#unknown.delete(socket);
    }
    core.fromPeer(socket, packet);
  }

  onMalformed(): void {
    this.#options.events.count("malformed");
  }

  onClosed(socket: BrowserSocket): void {
    const { core, link, events } = this.#options;
    this.#sockets.delete(socket);
    this.#unknown.delete(socket);
    if (socket.role === "client") core.closed(socket);
    if (link.detach(socket.ws)) events.onBackendClosed();
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const refusal = refusalOf(request, this.#options);
    socket.on("error", () => undefined);
    if (refusal === undefined && typeof this.#refusal === "string") {
      socket.destroy();
      return;
    }
    const status = refusal?.status ?? this.#refusal ?? (this.#unknown.size >= MAX_UNKNOWN ? 503 : undefined);
    if (status !== undefined) {
      this.#options.events.count("refused");
      socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const isBrowser = request.headers.origin !== undefined;
    const server = isBrowser ? this.#forBrowsers : this.#forOthers;
    server.handleUpgrade(request, socket, head, (ws) => {
      const opened = new BrowserSocket(ws, isBrowser, this);
      this.#sockets.add(opened);
      this.#unknown.add(opened);
    });
  }
}
