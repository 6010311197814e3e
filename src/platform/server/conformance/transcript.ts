/**
 * Transcripts: recorded conversations through a router of Mephisto, seen from its clients and from its backend. A file
 * is a list of situations, each a list of events `[seconds since the epoch, party, what, content]`. The backend is the
 * party `mephisto`.
 */
import { z } from "zod";
import type { Json } from "../../sync/index.js";
import { isJsonObject, isWireTime, parseAs, type Parsed } from "../protocol/index.js";

export const BACKEND = "mephisto";

export interface TranscriptEvent {
  /** Seconds since the epoch. */
  readonly at: number;
  readonly party: string;
  /** `> ws`, `< ws`, `ws open`, `ws closed`, `> POST /path` or `< 200 /path`: an arrow points from the party. */
  readonly what: string;
  readonly content: Json;
}

export interface Situation {
  readonly situation: string;
  readonly events: readonly TranscriptEvent[];
}

const WHAT = /^(?:[<>] ws|ws (?:open|closed)|> POST \/\w+|< \d{3} \/\w+)$/;

const event = z
  .tuple([
    z.custom<number>(isWireTime, { error: "expected seconds since the epoch" }),
    z.string(),
    z
      .string()
      .regex(WHAT, { error: 'expected "> ws", "< ws", "ws open", "ws closed", "> POST /path" or "< 200 /path"' }),
    z.custom<Json>((value) => value !== undefined, { error: "expected JSON" }),
  ])
  .transform(([at, party, what, content]): TranscriptEvent => ({ at, party, what, content }));
const transcript = z
  .array(z.object({ situation: z.string(), events: z.array(event).min(1) }))
  .min(1)
  .transform((situations): readonly Situation[] => situations);

/** Reads a transcript. */
export function readTranscript(text: string): Parsed<readonly Situation[]> {
  const read = parseAs(text, transcript);
  if (!read.ok) return { ok: false, reason: `is not a transcript: ${read.reason}` };
  return { ok: true, value: read.value.map(withDataOfUpdates) };
}

/** A live update that a client made by hand was recorded without its data, which the backend's copy of it has. */
function withDataOfUpdates({ situation, events }: Situation): Situation {
  const restored = events.map((each, place) => {
    const { what, content } = each;
    if (what !== "> ws" || !isJsonObject(content) || content["packet_type"] !== "mephisto_bound_live_update")
      return each;
    if ("data" in content) return each;
    const copy = events
      .slice(place)
      .map(({ party, content: other }) => (party === BACKEND && isJsonObject(other) ? other : {}))
      .find(
        ({ packet_type, subject_id }) => packet_type === content["packet_type"] && subject_id === content["subject_id"],
      );
    return copy === undefined ? each : { ...each, content: { ...content, data: copy["data"] } };
  });
  return { situation, events: restored };
}
