/**
 * Plays all parties of a recorded situation over real sockets: the backend, as Mephisto's Python, and the clients. What
 * a router sends them is kept, so that it can be compared with what the recorded router sent.
 *
 * Each step waits until the router has handled it: a WebSocket's by a ping, which is answered after the message; a
 * request's by its packet at the backend. So the order of the recording is the order at the router, however slow the
 * machine is.
 */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import {
  BACKEND,
  compareSent,
  requestIdsOf,
  SentPackets,
  type Situation,
  type TranscriptEvent,
  type TranscriptOutcome,
} from "../../../dist/platform/server/conformance/index.js";
import { isJsonObject, type JsonObject } from "../../../dist/platform/server/protocol/index.js";

/** How long the router may take for a step, ms. */
const STEP_MS = 10_000;

export interface PlayerOptions {
  /** Called before each event with the time from the situation's start, ms: a test may set the router's clock by it. */
  readonly beforeEvent?: (elapsedMs: number) => void;
}

/** The backend's socket, which stays open between situations. */
export class TranscriptPlayer {
  readonly #url: string;
  readonly #options: PlayerOptions;
  readonly #backend: WebSocket;
  #situation: PlayedSituation | undefined;

  private constructor(url: string, backend: WebSocket, options: PlayerOptions) {
    this.#url = url;
    this.#backend = backend;
    this.#options = options;
    backend.on("message", (data: Buffer) => this.#situation?.received(BACKEND, data.toString()));
  }

  /** Connects to a router as its backend. */
  static async connect(url: string, options: PlayerOptions = {}): Promise<TranscriptPlayer> {
    const backend = await opened(url);
    backend.send(JSON.stringify({ packet_type: "alive", subject_id: BACKEND, data: {} }));
    await handled(backend);
    return new TranscriptPlayer(url, backend, options);
  }

  async play(situation: Situation): Promise<TranscriptOutcome> {
    const played = new PlayedSituation(situation, this.#url, this.#backend);
    this.#situation = played;
    const startedAt = situation.events[0]?.at ?? 0;
    try {
      for (const event of situation.events) {
        this.#options.beforeEvent?.((event.at - startedAt) * 1000);
        await played.play(event);
      }
      await played.settle();
      return compareSent(situation, played.sent);
    } finally {
      this.#situation = undefined;
      await played.close();
    }
  }

  close(): void {
    this.#backend.close();
  }
}

class PlayedSituation {
  readonly sent = new SentPackets();
  readonly #url: string;
  readonly #backend: WebSocket;
  readonly #sockets = new Map<string, WebSocket>();
  /** Answers that have not come, by party and path. */
  readonly #answers = new Map<string, Promise<void>[]>();
  readonly #aborted = new AbortController();
  /** The ids of requests in the recording, in their order, and those of the same requests that the router has given. */
  readonly #recordedIds: readonly string[];
  readonly #ownIds: string[] = [];
  #atBackend = 0;

  constructor(situation: Situation, url: string, backend: WebSocket) {
    this.#url = url;
    this.#backend = backend;
    this.#recordedIds = requestIdsOf(situation);
  }

  async play({ party, what, content }: TranscriptEvent): Promise<void> {
    if (what === "ws open") await this.#open(party);
    else if (what === "ws closed") await this.#close(party, content === 1006 ? "cut" : "closed");
    else if (what === "> ws") await this.#send(party, content);
    else if (what.startsWith("> POST ")) await this.#post(party, what.slice("> POST ".length), content);
    else if (what !== "< ws") await this.#answers.get(`${party} ${what.replace(/^< \d+ /, "")}`)?.shift();
  }

  /** Everything that the router has sent has come. */
  async settle(): Promise<void> {
    for (const socket of [this.#backend, ...this.#sockets.values()]) await handled(socket);
  }

  async close(): Promise<void> {
    this.#aborted.abort();
    for (const party of [...this.#sockets.keys()]) await this.#close(party, "closed");
  }

  received(party: string, text: string): void {
    const packet: unknown = JSON.parse(text);
    if (!isJsonObject(packet)) throw new Error(`the router sent ${party} what is no packet: ${text}`);
    if (party === BACKEND) {
      this.#atBackend++;
      this.#noteRequestId(packet);
    }
    this.sent.note(party, "ws", JSON.parse(this.#translated(text, this.#ownIds, this.#recordedIds)) as JsonObject);
  }

  async #open(party: string): Promise<void> {
    const socket = await opened(this.#url);
    socket.on("message", (data: Buffer) => this.received(party, data.toString()));
    this.#sockets.set(party, socket);
  }

  /** The router has handled the close once it has closed its end, and answered the backend after that. */
  async #close(party: string, how: "closed" | "cut"): Promise<void> {
    const socket = this.#sockets.get(party);
    if (socket === undefined) return;
    this.#sockets.delete(party);
    // What the router had sent the party came before the loss in the recording; a cut would discard what is on its way.
    await handled(socket);
    const closed = once(socket, "close");
    if (how === "cut") socket.terminate();
    else socket.close();
    await closed;
    await handled(this.#backend);
  }

  async #send(party: string, content: unknown): Promise<void> {
    const socket = party === BACKEND ? this.#backend : this.#sockets.get(party);
    if (socket === undefined) throw new Error(`${party} has no socket`);
    const text = typeof content === "string" ? content : JSON.stringify(content);
    socket.send(this.#translated(text, this.#recordedIds, this.#ownIds));
    await handled(socket);
  }

  /** Every request of a recording reaches the backend, or is answered. */
  async #post(party: string, path: string, content: unknown): Promise<void> {
    const before = this.#atBackend;
    const answered = fetch(`${this.#url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(content),
      signal: this.#aborted.signal,
    })
      .then(async (response) => {
        const text = this.#translated(await response.text(), this.#ownIds, this.#recordedIds);
        this.sent.note(party, path, JSON.parse(text) as JsonObject);
      })
      .catch((error: unknown) => {
        if (!this.#aborted.signal.aborted) throw error;
      });
    const key = `${party} ${path}`;
    this.#answers.set(key, [...(this.#answers.get(key) ?? []), answered]);
    for (let waited = 0; this.#atBackend === before; waited++) {
      if (waited > STEP_MS) throw new Error(`POST ${path} of ${party} has not reached the backend`);
      await sleep(1);
    }
  }

  #noteRequestId({ data }: JsonObject): void {
    const id = isJsonObject(data) ? data["request_id"] : undefined;
    if (typeof id === "string" && !this.#ownIds.includes(id)) this.#ownIds.push(id);
  }

  #translated(text: string, from: readonly string[], to: readonly string[]): string {
    return from.reduce((translated, id, nth) => translated.replaceAll(id, to[nth] ?? id), text);
  }
}

async function opened(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url.replace(/^http/, "ws"), { perMessageDeflate: false });
  await once(socket, "open");
  return socket;
}

/** The router has handled what was sent on the socket, and what it had sent on it before has come. */
async function handled(socket: WebSocket): Promise<void> {
  const answered = once(socket, "pong", { signal: AbortSignal.timeout(STEP_MS) });
  socket.ping();
  await answered;
}
