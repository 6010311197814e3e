/**
 * The differences between two runs of one situation that are no fault of a router: races, and what the original is
 * known to do.
 */
import { isJsonObject, WIRE_PACKET_TYPES, type JsonObject } from "../protocol/index.js";

export type AllowedDifference = "first-status" | "unknown-packet" | "sent-twice";

export interface AllowedDifferenceRule {
  readonly id: AllowedDifference;
  /** Why it is allowed, for a reader of the results. */
  readonly because: string;
  /**
   * Whether it explains that the recorded router sent `expected` where ours sent `got`; `before` is what was expected
   * before.
   */
  readonly explains: (expected: JsonObject, got: JsonObject | undefined, before: readonly JsonObject[]) => boolean;
  /** What is passed over: both packets, or the expected one. */
  readonly skips: "both" | "expected";
}

const KNOWN_TYPES: ReadonlySet<unknown> = new Set(WIRE_PACKET_TYPES);

export const ALLOWED: readonly AllowedDifferenceRule[] = [
  {
    id: "first-status",
    because:
      "the answer to a client's `alive` has the agent's status, or `none` when the backend has not sent it yet: a race",
    explains: (expected, got, before) => {
      if (got === undefined || !isStatusOf(expected, got)) return false;
      const isFirst = !before.some(({ subject_id }) => subject_id === expected["subject_id"]);
      return isFirst && [statusOf(expected), statusOf(got)].includes("none");
    },
    skips: "both",
  },
  {
    id: "unknown-packet",
    because:
      "a packet of a type that is not known is swallowed by Mephisto's router, and by ours; another may pass it on",
    explains: ({ packet_type }) => packet_type !== undefined && !KNOWN_TYPES.has(packet_type),
    skips: "expected",
  },
  {
    id: "sent-twice",
    because: "Mephisto's router sends every packet twice on Node.js 20 and later",
    explains: (expected, _got, before) =>
      before.some((earlier) => JSON.stringify(earlier) === JSON.stringify(expected)),
    skips: "expected",
  },
];

function isStatusOf(a: JsonObject, b: JsonObject): boolean {
  return (
    a["packet_type"] === "update_status" && b["packet_type"] === "update_status" && a["subject_id"] === b["subject_id"]
  );
}

function statusOf({ data }: JsonObject): unknown {
  return isJsonObject(data) ? data["status"] : undefined;
}
