/**
 * Holds our router's state machine against a transcript: given what its clients and its backend sent, it has to send
 * each of them what the recorded router sent.
 */
import { assert } from "../../../vocabulary/index.js";
import {
  ANSWERS,
  ENDPOINTS,
  formatPacket,
  isJsonObject,
  msOf,
  parseLogError,
  parsePacket,
  parseRequestAgent,
  parseSubmitMetadata,
  parseSubmitOnboarding,
  parseSubmitTask,
  type JsonObject,
  type Parsed,
} from "../protocol/index.js";
import { RouterState, type PendingRequest, type RouterOutput } from "../router/index.js";
import { compareSent, SentPackets, type TranscriptOutcome } from "./sent-packets.js";
import { BACKEND, type Situation, type TranscriptEvent } from "./transcript.js";

/** Plays `situation` with our router, and compares what it sends with what the recorded router sent. */
export function runSituation(situation: Situation): TranscriptOutcome {
  return compareSent(situation, new Conversation(situation).sent);
}

/** Our router among the parties of a situation. */
class Conversation {
  readonly sent = new SentPackets();
  readonly #requestIds: readonly string[];
  readonly #router: RouterState<string>;
  /** Who waits for the answer to each request, and at which endpoint. */
  readonly #waiting = new Map<string, { readonly party: string; readonly path: string }>();
  #now = 0;
  #requests = 0;

  constructor(situation: Situation) {
    const { events } = situation;
    this.#requestIds = requestIdsOf(situation);
    this.#now = msOf(events[0]?.at ?? 0);
    this.#router = new RouterState<string>({
      now: () => this.#now,
      newRequestId: () => this.#nextRequestId(),
      detection: "heartbeat",
    });
    this.#router.attachBackend();
    for (const event of events) {
      this.#now = Math.max(this.#now, msOf(event.at));
      this.#play(event);
    }
  }

  #play({ party, what, content }: TranscriptEvent): void {
    if (what === "ws closed") return this.#router.socketClosed(party);
    if (what === "> ws") {
      const read = parsePacket(typeof content === "string" ? content : JSON.stringify(content));
      if (!read.ok) return;
      const outputs =
        party === BACKEND ? this.#router.fromBackend(read.value) : this.#router.fromClient(party, read.value);
      return this.#note(outputs);
    }
    if (what.startsWith("> POST ")) this.#post(party, what.slice("> POST ".length), JSON.stringify(content));
  }

  /** A body that cannot be read is answered with nothing here: the difference shows it. */
  #post(party: string, path: string, body: string): void {
    const router = this.#router;
    const answer = (status: JsonObject): void => this.sent.note(party, path, status);
    switch (path) {
      case ENDPOINTS.requestAgent:
        return use(parseRequestAgent(body), (read) => this.#request(party, path, router.requestAgent(read)));
      case ENDPOINTS.submitOnboarding:
        return use(parseSubmitOnboarding(body), (read) => this.#request(party, path, router.submitOnboarding(read)));
      case ENDPOINTS.submitTask:
        return use(parseSubmitTask(body), (read) => {
          this.#note(router.submitTask(read));
          router.forget(read.agent_id);
          answer(ANSWERS.submitTask);
        });
      case ENDPOINTS.submitMetadata:
        return use(parseSubmitMetadata(body), (read) => {
          this.#note(router.submitMetadata(read));
          answer(ANSWERS.submitMetadata);
        });
      case ENDPOINTS.logError:
        return use(parseLogError(body), (read) => {
          this.#note(router.logError(read));
          answer(ANSWERS.logError);
        });
    }
  }

  #request(party: string, path: string, { requestId, outputs }: PendingRequest<string>): void {
    this.#waiting.set(requestId, { party, path });
    this.#note(outputs);
  }

  #note(outputs: readonly RouterOutput<string>[]): void {
    for (const output of outputs) {
      if (output.kind === "dropped") continue;
      const packet = JSON.parse(formatPacket(output.packet)) as JsonObject;
      if (output.kind === "to-backend") this.sent.note(BACKEND, "ws", packet);
      else if (output.kind === "to-client") this.sent.note(output.socket, "ws", packet);
      else {
        const waiting = this.#waiting.get(output.requestId);
        assert(waiting !== undefined, "the router answered a request that no one made");
        this.sent.note(waiting.party, waiting.path, packet);
      }
    }
  }

  #nextRequestId(): string {
    return this.#requestIds[this.#requests++] ?? `request-${this.#requests}`;
  }
}

/** The ids that the recorded router gave its requests, in their order: the backend's answers name them. */
export function requestIdsOf({ events }: Situation): readonly string[] {
  const ids = new Set<string>();
  for (const { party, what, content } of events) {
    if (party !== BACKEND || what !== "< ws" || !isJsonObject(content) || !isJsonObject(content["data"])) continue;
    const id = content["data"]["request_id"];
    if (typeof id === "string") ids.add(id);
  }
  return [...ids];
}

function use<T>(read: Parsed<T>, action: (value: T) => void): void {
  if (read.ok) action(read.value);
}
