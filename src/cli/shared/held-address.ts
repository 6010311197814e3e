/**
 * The address of a search with `--listen`. Each trial is a router of its own, in a process of its own, and between two
 * trials none listens. Mephisto's backend gives up for good when a connection is refused, so this process listens all
 * the time: it passes connections on, byte for byte, to the router of the present trial. One that comes between two
 * trials waits for the next.
 */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { pipeline } from "node:stream";
import { httpUrl, listenOn, whySystemFailed } from "../../vocabulary/index.js";
import { PortError } from "./usage-error.js";

/** A new router does not listen at once: how long after a refused connection the next one is tried, ms. */
const RETRY_MS = 50;
const ROUTER_HOST = "127.0.0.1";

export class HeldAddress {
  readonly url: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Connections that wait for a router. */
  readonly #waiting = new Set<Socket>();
  #routerPort: number | undefined;

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
    server.on("connection", (socket) => this.#accept(socket));
  }

  /** Listens; on port 0 at any free port. @throws {PortError} when the address is not available */
  static async listen(host: string, port: number): Promise<HeldAddress> {
    const server = createServer({ pauseOnConnect: true, noDelay: true });
    try {
      return new HeldAddress(server, httpUrl(host, await listenOn(server, host, port)));
    } catch (error) {
      throw new PortError(`cannot listen at ${host}:${port}: ${whySystemFailed(error)}`, { cause: error });
    }
  }

  /** Connections go to a router on this port from now on; undefined: they wait. */
  passTo(routerPort: number | undefined): void {
    this.#routerPort = routerPort;
    if (routerPort === undefined) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const socket of waiting) this.#pass(socket, routerPort);
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => {
      this.#sockets.delete(socket);
      this.#waiting.delete(socket);
    });
    this.#route(socket);
  }

  /** To the present router, or to those who wait. */
  #route(socket: Socket): void {
    if (socket.destroyed) return;
    if (this.#routerPort === undefined) this.#waiting.add(socket);
    else this.#pass(socket, this.#routerPort);
  }

  #pass(socket: Socket, port: number): void {
    const router = connect({ host: ROUTER_HOST, port, noDelay: true });
    // The router may be another one by then, or there may be none.
    const retry = (): void => void setTimeout(() => this.#route(socket), RETRY_MS);
    router.once("error", retry);
    router.once("connect", () => {
      router.removeListener("error", retry);
      const ended = (): void => {
        socket.destroy();
        router.destroy();
      };
      pipeline(socket, router, ended);
      pipeline(router, socket, ended);
      socket.resume();
    });
  }
}

/** A port that is free at this moment, for the router of a trial. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOn(server, ROUTER_HOST, 0);
  server.close();
  await once(server, "close");
  return port;
}
