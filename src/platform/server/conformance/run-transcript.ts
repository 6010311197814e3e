/**
 * Holds our router against a transcript: given what its clients and its backend sent, it has to send each of them what the recorded
 * router sent. Left out of the comparison: times, heartbeats, and the backend's polls of statuses.
 */
import { assert } from "../../../vocabulary/index.js";
import type { Json } from "../../sync/index.js";
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
import { ALLOWED, type AllowedDifference } from "./allowed-differences.js";
import { BACKEND, type Situation, type TranscriptEvent } from "./transcript.js";

/** The first thing that our router did otherwise. */
export interface TranscriptDifference {
  readonly situation: string;
  readonly party: string;
  /** `ws`, or the path of the endpoint. */
  readonly via: string;
  /** Which of what was sent to the party, counted from 0. */
  readonly place: number;
  /** Absent when there was nothing more. */
  readonly expected: Json | undefined;
  readonly got: Json | undefined;
}

export interface TranscriptOutcome {
  readonly situation: string;
  /** How many packets and answers were compared. */
  readonly compared: number;
  /** How often each of the differences occurred that both routers may have. */
  readonly allowed: ReadonlyMap<AllowedDifference, number>;
  /** Absent when there is none. */
  readonly difference?: TranscriptDifference;
}

/** What was sent to a party in one way. */
interface Stream {
  readonly party: string;
  readonly via: string;
  readonly packets: JsonObject[];
}

type Sent = Map<string, Stream>;

/** Types that both routers send when they like. */
const LEFT_OUT: ReadonlySet<unknown> = new Set(["heartbeat", "request_statuses", "return_statuses"]);
const TIMES: ReadonlySet<string> = new Set([
  "client_timestamp",
  "router_incoming_timestamp",
  "router_outgoing_timestamp",
  "server_timestamp",
]);

export function runSituation(situation: Situation): TranscriptOutcome {
  const expected = recordedSent(situation);
  const got = new Conversation(situation).sent;
  const allowed = new Map<AllowedDifference, number>();
  const note = (difference: AllowedDifference): void =>
    void allowed.set(difference, (allowed.get(difference) ?? 0) + 1);
  let compared = 0;
  const { situation: name } = situation;
  for (const [key, { party, via }] of [...expected, ...got]) {
    const packets = expected.get(key)?.packets ?? [];
    const difference = firstDifference(packets, got.get(key)?.packets ?? [], note);
    if (difference !== undefined)
      return { situation: name, compared, allowed, difference: { situation: name, party, via, ...difference } };
    expected.delete(key);
    got.delete(key);
    compared += packets.length;
  }
  return { situation: name, compared, allowed };
}

/** What the recorded router sent. */
function recordedSent({ events }: Situation): Sent {
  const sent: Sent = new Map();
  for (const { party, what, content } of events) {
    if (!what.startsWith("<") || !isJsonObject(content)) continue;
    note(sent, party, what.replace(/^< (?:\d+ )?/, ""), content);
  }
  return sent;
}

/** Notes what was sent to a party. To the backend each agent's packets are in order; between agents the recorded router had a queue. */
function note(sent: Sent, party: string, via: string, content: JsonObject): void {
  if (LEFT_OUT.has(content["packet_type"])) return;
  const key = JSON.stringify([party, via, party === BACKEND && content["subject_id"]]);
  const stream = sent.get(key) ?? { party, via, packets: [] };
  stream.packets.push(withoutTimes(content));
  sent.set(key, stream);
}

function withoutTimes(content: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(content).filter(([name]) => !TIMES.has(name)));
}

function firstDifference(
  expected: readonly JsonObject[],
  got: readonly JsonObject[],
  allow: (difference: AllowedDifference) => void,
): Pick<TranscriptDifference, "place" | "expected" | "got"> | undefined {
  let next = 0;
  for (const [place, packet] of expected.entries()) {
    const ours = got[next];
    if (ours !== undefined && isSame(packet, ours)) {
      next++;
      continue;
    }
    const found = ALLOWED.find(({ explains }) => explains(packet, ours, expected.slice(0, place)));
    if (found === undefined) return { place, expected: packet, got: ours };
    allow(found.id);
    if (found.skips === "both") next++;
  }
  const more = got[next];
  return more === undefined ? undefined : { place: expected.length, expected: undefined, got: more };
}

function isSame(a: JsonObject, b: JsonObject): boolean {
  return canonical(a) === canonical(b);
}

/** JSON with the keys of objects in order. */
function canonical(value: Json | undefined): string {
  return JSON.stringify(value, (_key, part: Json) =>
    isJsonObject(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  );
}

/** Our router among the parties of a situation. */
class Conversation {
  readonly sent: Sent = new Map();
  readonly #requestIds: readonly string[];
  readonly #router: RouterState<string>;
  /** Who waits for the answer to each request, and at which endpoint. */
  readonly #waiting = new Map<string, { readonly party: string; readonly path: string }>();
  #now = 0;
  #requests = 0;

  constructor({ events }: Situation) {
    this.#requestIds = requestIdsOf(events);
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
    const answer = (status: JsonObject): void => note(this.sent, party, path, status);
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
      if (output.kind === "to-backend") note(this.sent, BACKEND, "ws", packet);
      else if (output.kind === "to-client") note(this.sent, output.socket, "ws", packet);
      else {
        const waiting = this.#waiting.get(output.requestId);
        assert(waiting !== undefined, "the router answered a request that no one made");
        note(this.sent, waiting.party, waiting.path, packet);
      }
    }
  }

  #nextRequestId(): string {
    return this.#requestIds[this.#requests++] ?? `request-${this.#requests}`;
  }
}

/** The ids that the recorded router gave its requests, in their order: the backend's answers name them. */
function requestIdsOf(events: readonly TranscriptEvent[]): readonly string[] {
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
