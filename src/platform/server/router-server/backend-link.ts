/**
 * The router's end of the connection with the backend. The backend opens it, and opens it again when it has closed;
 * what is sent meanwhile is kept, up to a bound, or lost.
 */
import type { WebSocket } from "ws";
import { formatPacket, type WirePacket } from "../protocol/index.js";

/** The most packets that are kept while the backend is away. */
const KEPT_PACKETS = 10_000;
/** A backend that does not read is closed when so many bytes wait for it. */
const MAX_BUFFERED_BYTES = 64 << 20;
const NORMAL_CLOSURE = 1000;
const GOING_AWAY = 1001;

export interface BackendLinkOptions {
  /** A packet was lost because the backend was away. */
  readonly onLost: (packet: WirePacket) => void;
  /** Packets are kept while the backend is away. If not, they are lost, as by Mephisto's router. */
  readonly keeps: () => boolean;
}

export class BackendLink {
  readonly #options: BackendLinkOptions;
  readonly #kept: WirePacket[] = [];
  #socket: WebSocket | undefined;
  #sent = 0;
  #opened = 0;

  constructor(options: BackendLinkOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#socket !== undefined;
  }

  /** How often a backend has connected. */
  get opened(): number {
    return this.#opened;
  }

  /** How many packets were handed to its socket. */
  get sent(): number {
    return this.#sent;
  }

  /** How many packets wait for a backend. */
  get kept(): number {
    return this.#kept.length;
  }

  /** The socket is the backend's from now on; one that it had before is closed. What was kept is sent. */
  attach(socket: WebSocket): void {
    if (socket === this.#socket) return;
    const before = this.#socket;
    this.#socket = socket;
    before?.close(NORMAL_CLOSURE, "another backend has connected");
    this.#opened++;
    for (const packet of this.#kept.splice(0)) this.send(packet);
  }

  /** The socket has closed. Returns whether it was the backend's. */
  detach(socket: WebSocket): boolean {
    if (socket !== this.#socket) return false;
    this.#socket = undefined;
    return true;
  }

  send(packet: WirePacket): void {
    const socket = this.#socket;
    const { keeps, onLost } = this.#options;
    if (socket !== undefined && socket.readyState === socket.OPEN) {
      socket.send(formatPacket(packet));
      this.#sent++;
      if (socket.bufferedAmount > MAX_BUFFERED_BYTES) socket.terminate();
    } else if (keeps() && this.#kept.length < KEPT_PACKETS) {
      this.#kept.push(packet);
    } else {
      onLost(packet);
    }
  }

  /** Closes the backend's socket. */
  close(): void {
    this.#socket?.close(GOING_AWAY);
  }
}
