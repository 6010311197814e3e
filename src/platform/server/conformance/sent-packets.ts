/**
 * What a router has sent to the parties of a situation, and the comparison of two routers by it. Left out of the
 * comparison: times, heartbeats, and the backend's polls of statuses.
 */
import type { Json } from "../../sync/index.js";
import { increment } from "../../../vocabulary/index.js";
import { isJsonObject, type JsonObject } from "../protocol/index.js";
import { ALLOWED, type AllowedDifference } from "./allowed-differences.js";
import { BACKEND, type Situation } from "./transcript.js";

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

/** Types that both routers send when they like. */
const LEFT_OUT: ReadonlySet<unknown> = new Set(["heartbeat", "request_statuses", "return_statuses"]);
const TIMES: ReadonlySet<string> = new Set([
  "client_timestamp",
  "router_incoming_timestamp",
  "router_outgoing_timestamp",
  "server_timestamp",
]);

export class SentPackets {
  readonly streams = new Map<string, Stream>();

  /** What the recorded router sent. */
  static recordedIn({ events }: Situation): SentPackets {
    const sent = new SentPackets();
    for (const { party, what, content } of events)
      if (what.startsWith("<") && isJsonObject(content)) sent.note(party, what.replace(/^< (?:\d+ )?/, ""), content);
    return sent;
  }

  /**
   * Notes what was sent to a party by its socket (`ws`) or as the answer of an endpoint. To the backend each agent's
   * packets are in order; between agents the recorded router had a queue.
   */
  note(party: string, via: string, content: JsonObject): void {
    if (LEFT_OUT.has(content["packet_type"])) return;
    const key = JSON.stringify([party, via, party === BACKEND && content["subject_id"]]);
    const stream = this.streams.get(key) ?? { party, via, packets: [] };
    stream.packets.push(withoutTimes(content));
    this.streams.set(key, stream);
  }
}

/** Compares what a router has sent in `situation` with what the recorded router sent. */
export function compareSent(situation: Situation, { streams: got }: SentPackets): TranscriptOutcome {
  const { streams: expected } = SentPackets.recordedIn(situation);
  const { situation: name } = situation;
  const allowed = new Map<AllowedDifference, number>();
  const allow = (difference: AllowedDifference): void => increment(allowed, difference);
  let compared = 0;
  for (const [key, { party, via }] of new Map([...expected, ...got])) {
    const packets = expected.get(key)?.packets ?? [];
    const difference = firstDifference(packets, got.get(key)?.packets ?? [], allow);
    if (difference !== undefined)
      return { situation: name, compared, allowed, difference: { situation: name, party, via, ...difference } };
    compared += packets.length;
  }
  return { situation: name, compared, allowed };
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
