/** A WebSocket of a browser, or one that has not said yet whose it is. */
import { WebSocket, type RawData } from "ws";
import { formatPacket, limits, parsePacket, type WirePacket } from "../protocol/index.js";
import type { Peer } from "./router-core.js";

/**
 * A browser sends at most 10 packets a second, and two of its sockets may share the agent. Beyond this in a second it
 * is closed.
 */
const MESSAGES_A_SECOND = 100;
/** A socket with so many malformed messages is closed. */
const MALFORMED_MESSAGES = 20;
/** A browser that does not read is closed when so many bytes wait for it. */
const MAX_BUFFERED_BYTES = 1 << 20;

const POLICY_VIOLATION = 1008;
const TOO_BIG = 1009;

export interface SocketOwner {
  /** The time of the day, ms since the epoch. */
  readonly now: () => number;
  onPacket(socket: BrowserSocket, packet: WirePacket): void;
  onMalformed(): void;
  onClosed(socket: BrowserSocket): void;
}

export class BrowserSocket implements Peer {
  readonly openedAt: number;
  /** What the socket has said to be. */
  role: "unknown" | "client" | "backend" = "unknown";
  #malformed = 0;
  #second = 0;
  #messages = 0;

  constructor(
    readonly ws: WebSocket,
    /** A browser names the page's origin; a backend is no browser. */
    readonly isBrowser: boolean,
    private readonly owner: SocketOwner,
  ) {
    this.openedAt = owner.now();
    ws.on("message", (data, isBinary) => this.#onMessage(data, isBinary));
    ws.on("close", () => owner.onClosed(this));
    ws.on("error", () => undefined);
  }

  deliver(packet: WirePacket): boolean {
    if (this.ws.readyState !== WebSocket.OPEN) return false;
    this.ws.send(formatPacket(packet));
    if (this.ws.bufferedAmount > MAX_BUFFERED_BYTES) this.ws.terminate();
    return true;
  }

  refuse(why: string): void {
    this.ws.close(POLICY_VIOLATION, why);
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    if (this.ws.readyState !== WebSocket.OPEN) return;
    if (this.role !== "backend" && !this.#isWithinLimits(data as Buffer)) return;
    const read = isBinary
      ? { ok: false as const, reason: "expected text" }
      : // In the default mode a message is one Buffer.
        parsePacket((data as Buffer).toString("utf8"));
    if (read.ok) this.owner.onPacket(this, read.value);
    else {
      this.owner.onMalformed();
      if (++this.#malformed >= MALFORMED_MESSAGES && this.role !== "backend")
        this.refuse("too many malformed messages");
    }
  }

  #isWithinLimits({ length }: Buffer): boolean {
    if (length > limits.CLIENT_MESSAGE_BYTES) {
      this.ws.close(TOO_BIG, `expected at most ${limits.CLIENT_MESSAGE_BYTES} bytes`);
      return false;
    }
    const second = Math.floor(this.owner.now() / 1000);
    this.#messages = second === this.#second ? this.#messages + 1 : 1;
    this.#second = second;
    if (this.#messages <= MESSAGES_A_SECOND) return true;
    this.refuse(`more than ${MESSAGES_A_SECOND} messages in a second`);
    return false;
  }
}
