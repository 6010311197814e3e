/**
 * The WebSocket of one agent's page, with Mephisto's rules: `alive` once it is open, a heartbeat after half a second and then every six.
 *
 * | rule                      | direct                                       | browser (`mephisto-task`)                                |
 * | ------------------------- | -------------------------------------------- | -------------------------------------------------------- |
 * | a packet is sent          | at once                                      | one each 100 ms, from a queue                            |
 * | the socket has closed     | a new one, after 250 ms doubling up to 4 s   | nothing; the next packet or heartbeat finds it           |
 * | a send finds it closed    | (it is being opened)                         | a new one, at most each 4 s                              |
 * | heartbeats unanswered     | after 5 a new one                            | after 5 a new one, after 10 the page gives up            |
 * | the backend is silent     | nothing                                      | after 20 s the page gives up                             |
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
 * As `parsePacket`, but a live update of the task, as nearly all messages are, is checked by hand: the general check takes longer than
 * all the rest of receiving it.
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

/** Packets of a page that wait, as text. */
type Queue = string[];

export class ClientSocket {
  readonly agentId: string;
  readonly #context: SocketContext;
  readonly #owner: SocketOwner;
  #ws: PageWebSocket | undefined;
  /** Packets that wait for the socket, or for their turn. */
  readonly #queue: Queue;
  /** The times at which a packet of the queue may be sent, for `browser`: from here on each 100 ms. */
  readonly #sendOrigin: number;
  readonly #heartbeat: Timer = { due: Infinity, fire: () => this.#beat(), place: -1, order: 0 };
  readonly #sending: Timer = { due: Infinity, fire: () => this.#sendNext(), place: -1, order: 0 };
  readonly #reopening: Timer = { due: Infinity, fire: () => this.#open(), place: -1, order: 0 };
  #openedAt = -Infinity;
  #attempts = 0;
  #unanswered = 0;
  #isClosed = false;

  /** Opens it. */
  constructor(agentId: string, context: SocketContext, owner: SocketOwner) {
    this.agentId = agentId;
    this.#context = context;
    this.#owner = owner;
    this.#queue = [];
    this.#sendOrigin = context.reactor.clock.now();
    this.#queue.push(this.#alive());
    this.#open();
  }

  send(packet: WirePacket): void {
    this.#enqueue(formatPacket({ ...packet, client_timestamp: this.#context.wallClock() }));
  }

  /** The page is closed: with a close frame, or, when the network is lost, without one. */
  close(how: "closed" | "lost"): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const timer of [this.#heartbeat, this.#sending, this.#reopening]) this.#cancel(timer);
    this.#drop(how);
  }

  opened(ws: PageWebSocket): void {
    if (ws !== this.#ws) return;
    const { reactor, rules } = this.#context;
    this.#attempts = 0;
    this.#set(this.#heartbeat, reactor.clock.now() + limits.FIRST_HEARTBEAT_MS);
    if (rules === "browser") this.#scheduleSend();
    else for (const text of this.#queue.splice(0)) ws.send(text);
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
    this.#cancel(this.#heartbeat);
    const { reactor, rules } = this.#context;
    this.#owner.onBroken(this, ws.error);
    if (this.#isClosed) return;
    if (rules === "direct") {
      const delay = Math.min(MAX_REOPEN_MS, REOPEN_MS * 2 ** this.#attempts++);
      this.#queue.unshift(this.#alive());
      this.#set(this.#reopening, reactor.clock.now() + delay);
    } else {
      // The next heartbeat finds it.
      this.#set(this.#heartbeat, reactor.clock.now() + limits.HEARTBEAT_MS);
    }
  }

  #enqueue(text: string): void {
    const { rules } = this.#context;
    const ws = this.#ws;
    if (rules === "direct" && ws?.readyState === WebSocket.OPEN && this.#queue.length === 0) {
      ws.send(text);
      return;
    }
    this.#queue.push(text);
    if (rules === "browser") this.#scheduleSend();
  }

  #open(): void {
    this.#openedAt = this.#context.reactor.clock.now();
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

  /** A new socket in place of the present one. */
  #restart(): void {
    this.#drop("closed");
    this.#cancel(this.#heartbeat);
    this.#queue.unshift(this.#alive());
    this.#open();
  }

  #beat(): void {
    const { reactor, rules, wallClock } = this.#context;
    const now = reactor.clock.now();
    if (rules === "browser" && this.#unanswered >= limits.CLIENT_GIVE_UP_HEARTBEATS) {
      this.#giveUp(`${this.#unanswered} heartbeats were not answered`);
      return;
    }
    const ws = this.#ws;
    if (ws === undefined || ws.readyState !== WebSocket.OPEN || this.#isOverdue()) {
      this.#unanswered++;
      this.#set(this.#heartbeat, now + limits.HEARTBEAT_MS);
      if (ws?.readyState !== WebSocket.CONNECTING) this.#restartGuarded(now);
      return;
    }
    this.#unanswered++;
    const packet = { packet_type: "heartbeat", subject_id: this.agentId, client_timestamp: wallClock() } as const;
    ws.send(formatPacket(packet));
    this.#owner.onHeartbeat(this, now);
    this.#set(this.#heartbeat, now + limits.HEARTBEAT_MS);
  }

  /** Whether so many heartbeats are without an answer that a new socket is tried. */
  #isOverdue(): boolean {
    return this.#unanswered > 0 && this.#unanswered % limits.CLIENT_RESTART_HEARTBEATS === 0;
  }

  #restartGuarded(now: number): void {
    if (now - this.#openedAt < limits.CLIENT_SOCKET_SETUP_MS) return;
    const unanswered = this.#unanswered;
    this.#restart();
    this.#unanswered = unanswered;
    this.#set(this.#heartbeat, now + limits.HEARTBEAT_MS);
  }

  #onHeartbeat(lastPing: number | undefined): void {
    this.#unanswered = 0;
    const { rules, wallClock } = this.#context;
    if (rules !== "browser" || lastPing === undefined) return;
    const silentMs = wallClock() - lastPing;
    if (silentMs > limits.CLIENT_BACKEND_DEAD_MS)
      this.#giveUp(`the backend has been silent for ${Math.round(silentMs / 1000)} s`);
  }

  #giveUp(why: string): void {
    this.close("closed");
    this.#owner.onGivenUp(this, why);
  }

  /** `browser`: sends the next packet of the queue at its time. */
  #scheduleSend(): void {
    if (this.#queue.length === 0 || this.#sending.place !== -1) return;
    const now = this.#context.reactor.clock.now();
    const ticks = Math.floor((now - this.#sendOrigin) / limits.CLIENT_SEND_INTERVAL_MS) + 1;
    this.#set(this.#sending, this.#sendOrigin + ticks * limits.CLIENT_SEND_INTERVAL_MS);
  }

  #sendNext(): void {
    const ws = this.#ws;
    if (ws?.readyState === WebSocket.OPEN) {
      const text = this.#queue.shift();
      if (text !== undefined) ws.send(text);
    } else if (ws?.readyState !== WebSocket.CONNECTING) {
      this.#restartGuarded(this.#context.reactor.clock.now());
    }
    this.#scheduleSend();
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
