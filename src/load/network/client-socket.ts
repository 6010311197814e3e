/**
 * The WebSocket of one agent's page, with Mephisto's rules: `alive` once it is open, a heartbeat after half a second
 * and then every six.
 *
 * | rule                          | direct                                     | browser (`mephisto-task` 2.0.4, `socket_handler.jsx`)              |
 * | ----------------------------- | ------------------------------------------ | ------------------------------------------------------------------ |
 * | a packet is sent              | at once                                    | one each 100 ms, the newest first ({@link SendQueue})              |
 * | `alive`                       | first on each socket                       | goes into the queue when the socket opens                          |
 * | the task follows the onboarding | the old socket is closed                 | the old socket stays open, without heartbeats; the queue goes on   |
 * | the socket has closed         | a new one, after 250 ms doubling up to 4 s | nothing; the next packet or heartbeat finds it                     |
 * | it has failed                 | the same                                   | a new one at once                                                  |
 * | a new one is tried            |                                            | not while one is being opened, for 4 s at most                     |
 * | it never opened               | the same                                   | no heartbeat; only a packet finds it                               |
 * | heartbeats unanswered         | after 5 a new one                          | at 5 a new one, at 10 the page gives up                            |
 * | the backend's last sign       | nothing                                    | older than 20 s at a heartbeat: the page gives up                  |
 */
import { WebSocket, type ClientOptions, type RawData } from "ws";
import {
  formatPacket,
  limits,
  parsePacket,
  type JsonObject,
  type WirePacket,
} from "../../platform/server/protocol/index.js";
import type { Reactor, Timer } from "../../platform/sync/index.js";
import { SendQueue } from "./send-queue.js";

/** The first delay before a socket that closed is opened again, and the greatest, ms. */
const REOPEN_MS = 250;
const MAX_REOPEN_MS = 4000;

/** What all sockets of a thread share. */
export interface SocketContext {
  readonly reactor: Reactor;
  readonly url: string;
  readonly options: ClientOptions;
  readonly rules: "direct" | "browser";
  /** The time of the day, ms since the epoch: for the times on the wire. */
  readonly wallClock: () => number;
  /** Makes ids of packets. */
  readonly newId: () => string;
}

/** The page that has the socket. */
export interface SocketOwner {
  onPacket(socket: ClientSocket, packet: WirePacket): void;
  /** The target sent what is no packet. */
  onMalformed(socket: ClientSocket, reason: string): void;
  onHeartbeat(socket: ClientSocket, sentAtMs: number): void;
  /** The socket closed, or could not be opened, though the page had not closed it. */
  onBroken(socket: ClientSocket, error: Error | undefined): void;
  /** The page gives up: it opens no further socket. */
  onGivenUp(socket: ClientSocket, why: string): void;
}

/** A WebSocket that knows its page, so that its listeners need no closures of their own. */
class PageWebSocket extends WebSocket {
  page: ClientSocket | undefined = undefined;
  error: Error | undefined = undefined;
}

function onOpen(this: WebSocket): void {
  if (this instanceof PageWebSocket) this.page?.opened(this);
}

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  // In the default mode a message is one Buffer.
  if (this instanceof PageWebSocket) this.page?.received((data as Buffer).toString("utf8"), isBinary);
}

function onError(this: WebSocket, error: Error): void {
  if (this instanceof PageWebSocket) this.error = error;
}

function onClose(this: WebSocket): void {
  if (this instanceof PageWebSocket) this.page?.closed(this);
}

/** A message of this length has few levels of JSON. */
const SHORT_MESSAGE = 4096;

/**
 * As `parsePacket`, but a live update of the task, as nearly all messages are, is checked by hand: the general check
 * takes longer than all the rest of receiving it.
 */
function readMessage(text: string): ReturnType<typeof parsePacket> {
  if (text.length > SHORT_MESSAGE || !text.startsWith(LIVE_UPDATE)) return parsePacket(text);
  try {
    const { subject_id, data } = JSON.parse(text) as { readonly subject_id?: unknown; readonly data?: unknown };
    if (typeof subject_id === "string" && typeof data === "object" && data !== null && !Array.isArray(data))
      return { ok: true, value: { packet_type: "client_bound_live_update", subject_id, data: data as JsonObject } };
  } catch {
    // The general check says what is wrong.
  }
  return parsePacket(text);
}

const LIVE_UPDATE = '{"packet_type":"client_bound_live_update",';

export class ClientSocket {
  readonly agentId: string;
  readonly #context: SocketContext;
  readonly #owner: SocketOwner;
  #ws: PageWebSocket | undefined;
  /** `direct`: packets that wait for the socket. */
  readonly #unsent: string[] = [];
  /** `browser`: the page's queue. */
  readonly #queue: SendQueue | undefined;
  readonly #heartbeat: Timer = { due: Infinity, fire: () => this.#beat(), place: -1, order: 0 };
  readonly #reopening: Timer = { due: Infinity, fire: () => this.#open(), place: -1, order: 0 };
  /** When the present socket began to be opened; -Infinity once it is open. */
  #openingSince = -Infinity;
  #attempts = 0;
  #unanswered = 0;
  /** When the backend last gave a sign, by its router; Infinity when the router does not say. ms since the epoch. */
  #backendSignAt: number;
  #isClosed = false;
  /** `browser`: the page has a later socket, for another agent. */
  #isLeft = false;

  /** Opens it. `previous`: the socket that the page had before. */
  constructor(agentId: string, context: SocketContext, owner: SocketOwner, previous?: ClientSocket) {
    this.agentId = agentId;
    this.#context = context;
    this.#owner = owner;
    this.#backendSignAt = context.wallClock();
    if (context.rules === "browser") {
      this.#queue = (previous === undefined ? undefined : previous.#leave()) ?? new SendQueue(context.reactor);
      this.#queue.connect((text) => this.#trySend(text));
    }
    this.#open();
  }

  /** `onSent`: called when it leaves the queue of a browser's page. */
  send(packet: WirePacket, onSent?: () => void): void {
    const text = formatPacket({ ...packet, client_timestamp: this.#context.wallClock() });
    const ws = this.#ws;
    if (this.#queue !== undefined) this.#queue.push({ text, onSent });
    else if (ws?.readyState === WebSocket.OPEN && this.#unsent.length === 0) ws.send(text);
    else this.#unsent.push(text);
  }

  /** The page is closed: with a close frame, or, when the network is lost, without one. */
  close(how: "closed" | "lost"): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const timer of [this.#heartbeat, this.#reopening]) this.#cancel(timer);
    if (!this.#isLeft) this.#queue?.stop();
    this.#drop(how);
  }

  opened(ws: PageWebSocket): void {
    if (ws !== this.#ws) return;
    this.#attempts = 0;
    this.#openingSince = -Infinity;
    if (!this.#isLeft) this.#set(this.#heartbeat, this.#context.reactor.clock.now() + limits.FIRST_HEARTBEAT_MS);
    if (this.#queue !== undefined) this.#queue.push({ text: this.#alive() });
    else for (const text of [this.#alive(), ...this.#unsent.splice(0)]) ws.send(text);
  }

  received(text: string, isBinary: boolean): void {
    const read = isBinary ? { ok: false as const, reason: "expected text, got bytes" } : readMessage(text);
    if (!read.ok) {
      this.#owner.onMalformed(this, read.reason);
      return;
    }
    const packet = read.value;
    if (packet.packet_type === "heartbeat") this.#onHeartbeat(packet.data?.last_mephisto_ping);
    this.#owner.onPacket(this, packet);
  }

  closed(ws: PageWebSocket): void {
    if (ws !== this.#ws) return;
    this.#ws = undefined;
    const now = this.#context.reactor.clock.now();
    this.#owner.onBroken(this, ws.error);
    if (this.#isClosed || this.#isLeft) return;
    if (this.#queue === undefined) {
      this.#cancel(this.#heartbeat);
      const delay = Math.min(MAX_REOPEN_MS, REOPEN_MS * 2 ** this.#attempts++);
      this.#set(this.#reopening, now + delay);
    } else if (ws.error !== undefined) this.#restartGuarded(now);
  }

  /** `browser`: the page opens a socket for another agent, which takes the queue over. This one stays open. */
  #leave(): SendQueue | undefined {
    this.#isLeft = true;
    this.#cancel(this.#heartbeat);
    return this.#queue;
  }

  #open(): void {
    this.#openingSince = this.#context.reactor.clock.now();
    const ws = new PageWebSocket(this.#context.url, this.#context.options);
    ws.page = this;
    ws.on("open", onOpen);
    ws.on("message", onMessage);
    ws.on("error", onError);
    ws.on("close", onClose);
    this.#ws = ws;
  }

  /** Closes the present socket. Its events are ignored. */
  #drop(how: "closed" | "lost"): void {
    const ws = this.#ws;
    if (ws === undefined) return;
    this.#ws = undefined;
    ws.page = undefined;
    if (how === "closed" && ws.readyState === WebSocket.OPEN) ws.close(1001);
    else ws.terminate();
  }

  #beat(): void {
    const { reactor, wallClock } = this.#context;
    const now = reactor.clock.now();
    if (this.#queue !== undefined) {
      if (this.#unanswered >= limits.CLIENT_GIVE_UP_HEARTBEATS)
        return this.#giveUp(`${this.#unanswered} heartbeats were not answered`);
      const silentMs = wallClock() - this.#backendSignAt;
      if (silentMs > limits.CLIENT_BACKEND_DEAD_MS)
        return this.#giveUp(`the backend has been silent for ${Math.round(silentMs / 1000)} s`);
    }
    const isOverdue = this.#unanswered > 0 && this.#unanswered % limits.CLIENT_RESTART_HEARTBEATS === 0;
    const packet = { packet_type: "heartbeat", subject_id: this.agentId, client_timestamp: wallClock() } as const;
    if (isOverdue) this.#restartGuarded(now);
    else if (this.#trySend(formatPacket(packet))) this.#owner.onHeartbeat(this, now);
    this.#unanswered++;
    this.#set(this.#heartbeat, now + limits.HEARTBEAT_MS);
  }

  #onHeartbeat(lastPing: number | undefined): void {
    this.#unanswered = 0;
    this.#backendSignAt = lastPing ?? Infinity;
  }

  /** Sends at once. When the socket is closed, a new one is tried, and false returned. */
  #trySend(text: string): boolean {
    const ws = this.#ws;
    if (ws?.readyState === WebSocket.OPEN) {
      ws.send(text);
      return true;
    }
    if (ws?.readyState !== WebSocket.CONNECTING) this.#restartGuarded(this.#context.reactor.clock.now());
    return false;
  }

  /** A new socket in the place of the present one, unless one has begun to be opened just now. */
  #restartGuarded(now: number): void {
    if (now - this.#openingSince < limits.CLIENT_SOCKET_SETUP_MS) return;
    this.#drop("closed");
    this.#cancel(this.#reopening);
    this.#open();
  }

  #giveUp(why: string): void {
    this.close("closed");
    this.#owner.onGivenUp(this, why);
  }

  #alive(): string {
    const { newId, wallClock } = this.#context;
    return formatPacket({
      packet_type: "alive",
      subject_id: this.agentId,
      data: { update_id: newId() },
      client_timestamp: wallClock(),
    });
  }

  #set(timer: Timer, due: number): void {
    this.#cancel(timer);
    timer.due = due;
    this.#context.reactor.add(timer);
  }

  #cancel(timer: Timer): void {
    if (timer.place !== -1) this.#context.reactor.cancel(timer);
  }
}
