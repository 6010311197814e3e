/**
 * The packets of the wire: one JSON object a WebSocket message. Types and field names are Mephisto's, hence the snake
 * case. Inside, times are ms since the epoch and ids are text.
 *
 * A packet needs `packet_type`, `subject_id` and `data`, as Python's `Packet.from_dict` asserts; a client's heartbeat
 * has no `data`. Python writes absent times as null. Unknown fields are dropped.
 */
import { z } from "zod";
import { AGENT_STATUSES, type AgentStatus } from "../../../vocabulary/index.js";
import { PACKET_TYPES } from "../../live/index.js";
import type { Json } from "../../sync/index.js";
import { ID_EXPECTED, check, isId, isJsonObject, malformed, parsed, parseJson, type JsonObject } from "./parsed.js";
import { isWireTime, msOf, secondsOf } from "./times.js";

/** Those of a channel, and the heartbeat, which ends at the router. */
export const WIRE_PACKET_TYPES = [...PACKET_TYPES, "heartbeat"] as const;
export type WirePacketType = (typeof WIRE_PACKET_TYPES)[number];

/** The answer to a registration or to the submit of an onboarding. */
export type AgentDetails = {
  readonly request_id: string;
  readonly worker_id: string | null;
  /** null when the worker gets no agent. */
  readonly agent_id: string | null;
  readonly init_task_data: Json;
  readonly failure_reason: string | null;
};

/** A router's answer to a heartbeat. */
export type HeartbeatAnswer = {
  /** When the router last heard from the backend, ms since the epoch, on the wire too. */
  readonly last_mephisto_ping: number;
  /** Absent when the router does not know the agent. */
  readonly status?: AgentStatus;
};

/** The data of each type. */
export interface WireData {
  readonly alive: JsonObject;
  readonly agent_details: AgentDetails;
  readonly client_bound_live_update: JsonObject;
  readonly log_error: Json;
  readonly mephisto_bound_live_update: JsonObject;
  readonly register_agent: { readonly provider_data: JsonObject; readonly request_id: string };
  readonly request_statuses: JsonObject;
  /** By agent id. */
  readonly return_statuses: { readonly [agentId: string]: AgentStatus };
  readonly submit_metadata: Json;
  readonly submit_onboarding: JsonObject & { readonly onboarding_data: Json; readonly request_id: string };
  readonly submit_unit: Json;
  readonly update_status: { readonly status: AgentStatus };
}

/** When a packet passed each party, ms since the epoch. */
export interface WireTimes {
  readonly client_timestamp?: number;
  readonly router_incoming_timestamp?: number;
  readonly router_outgoing_timestamp?: number;
  readonly server_timestamp?: number;
}

type PacketOf<Type extends keyof WireData> = WireTimes & {
  readonly packet_type: Type;
  readonly subject_id: string;
  readonly data: WireData[Type];
};

export type HeartbeatPacket = WireTimes & {
  readonly packet_type: "heartbeat";
  readonly subject_id: string;
  /** Absent from a client. */
  readonly data?: HeartbeatAnswer;
};

/** A packet of the type, or of any type. */
export type WirePacket<Type extends WirePacketType = WirePacketType> = {
  [Each in Type]: Each extends keyof WireData ? PacketOf<Each> : HeartbeatPacket;
}[Type];

/** What {@link parsePacket} cannot read. */
export type MalformedPacket = {
  readonly ok: false;
  readonly reason: string;
  /** The type, if the input is a packet of a type that is not known. */
  readonly unknownType?: string;
};

const id = z.custom<string | number>(isId, { error: ID_EXPECTED });
const time = z.custom<number>(isWireTime, { error: "expected seconds since the epoch" }).nullish();
const object = z.custom<JsonObject>(isJsonObject, { error: "expected an object" });
const json = z.custom<Json>((value) => value !== undefined, { error: "expected JSON" });
const status = z.enum(AGENT_STATUSES, { error: "expected the status of an agent" });
const isStatus = new Set<unknown>(AGENT_STATUSES);
const times = {
  client_timestamp: time,
  router_incoming_timestamp: time,
  router_outgoing_timestamp: time,
  server_timestamp: time,
};

const DATA = {
  alive: object,
  agent_details: z.object({
    request_id: id.nullish(),
    worker_id: id.nullish(),
    agent_id: id.nullish(),
    init_task_data: json.nullish(),
    failure_reason: z.string().nullish(),
  }),
  client_bound_live_update: object,
  heartbeat: z.object({ last_mephisto_ping: z.number(), status: status.optional() }).optional(),
  log_error: json,
  mephisto_bound_live_update: object,
  register_agent: z.object({ provider_data: object, request_id: id }),
  request_statuses: object,
  return_statuses: z.custom<JsonObject>(
    (value) => isJsonObject(value) && Object.values(value).every((each) => isStatus.has(each)),
    { error: "expected statuses by agent id" },
  ),
  submit_metadata: json,
  submit_onboarding: object.refine(({ request_id }) => isId(request_id), { error: ID_EXPECTED, path: ["request_id"] }),
  submit_unit: json,
  update_status: z.object({ status }),
} satisfies Record<WirePacketType, z.ZodType>;

const SCHEMAS = Object.fromEntries(
  Object.entries(DATA).map(([type, data]) => [type, z.object({ subject_id: id, data, ...times })]),
) as unknown as Readonly<Record<WirePacketType, z.ZodType<CheckedPacket>>>;
const TYPES: ReadonlySet<unknown> = new Set(WIRE_PACKET_TYPES);

/** A packet as the wire has it, checked. */
type CheckedPacket = {
  readonly subject_id: string | number;
  readonly data?: Json;
} & { readonly [Name in keyof WireTimes]?: number | null };

/** Reads a message. */
export function parsePacket(text: string): { readonly ok: true; readonly value: WirePacket } | MalformedPacket {
  const read = parseJson(text);
  return read.ok ? readPacket(read.value) : read;
}

/** As {@link parsePacket}, for JSON that has been read. */
export function readPacket(value: Json): { readonly ok: true; readonly value: WirePacket } | MalformedPacket {
  if (!isJsonObject(value)) return malformed("expected a packet, which is an object");
  const type = value["packet_type"];
  if (!isPacketType(type)) {
    const reason = `packet_type: expected one of ${WIRE_PACKET_TYPES.join(", ")}`;
    return typeof type === "string" ? { ok: false, reason, unknownType: type } : malformed(reason);
  }
  const checked = check(value, SCHEMAS[type]);
  if (!checked.ok) return checked;
  const { subject_id, data, ...wireTimes } = checked.value;
  const subject = String(subject_id);
  const packet = { packet_type: type, subject_id: subject, ...withData(type, data, subject), ...timesOf(wireTimes) };
  // The schema of the type has checked its data.
  return parsed(packet as WirePacket);
}

/** The text of a packet. */
export function formatPacket(packet: WirePacket): string {
  const { packet_type, subject_id, data } = packet;
  return JSON.stringify({
    packet_type,
    subject_id,
    data,
    client_timestamp: wireTimeOf(packet.client_timestamp),
    router_incoming_timestamp: wireTimeOf(packet.router_incoming_timestamp),
    router_outgoing_timestamp: wireTimeOf(packet.router_outgoing_timestamp),
    server_timestamp: wireTimeOf(packet.server_timestamp),
  });
}

/**
 * The update id of a live update; undefined when it has none. A number, as another client may send it, becomes text.
 */
export function updateIdOf({ update_id }: JsonObject): string | undefined {
  return isId(update_id) ? String(update_id) : undefined;
}

function isPacketType(type: unknown): type is WirePacketType {
  return TYPES.has(type);
}

/** The data with ids as text, and with absent values as the types have them. */
function withData(type: WirePacketType, data: Json | undefined, subjectId: string): { readonly data?: Json } {
  if (data === undefined) return {};
  switch (type) {
    case "agent_details": {
      const details = data as Partial<Record<keyof AgentDetails, Json>>;
      return {
        data: {
          // The Node router takes the subject where there is no request id.
          request_id: textOf(details.request_id) ?? subjectId,
          worker_id: textOf(details.worker_id),
          agent_id: textOf(details.agent_id),
          init_task_data: details.init_task_data ?? null,
          failure_reason: details.failure_reason ?? null,
        },
      };
    }
    case "register_agent":
    case "submit_onboarding": {
      const request = data as { readonly request_id: string | number };
      const onboarding = type === "submit_onboarding" && !("onboarding_data" in request) ? { onboarding_data: {} } : {};
      return { data: { ...request, ...onboarding, request_id: String(request.request_id) } };
    }
    default:
      return { data };
  }
}

function textOf(idOrNothing: Json | undefined): string | null {
  return idOrNothing === undefined || idOrNothing === null ? null : `${idOrNothing as string | number}`;
}

function timesOf(wire: { readonly [Name in keyof WireTimes]?: number | null }): WireTimes {
  const { client_timestamp, router_incoming_timestamp, router_outgoing_timestamp, server_timestamp } = wire;
  return {
    ...(typeof client_timestamp === "number" && { client_timestamp: msOf(client_timestamp) }),
    ...(typeof router_incoming_timestamp === "number" && {
      router_incoming_timestamp: msOf(router_incoming_timestamp),
    }),
    ...(typeof router_outgoing_timestamp === "number" && {
      router_outgoing_timestamp: msOf(router_outgoing_timestamp),
    }),
    ...(typeof server_timestamp === "number" && { server_timestamp: msOf(server_timestamp) }),
  };
}

function wireTimeOf(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : secondsOf(ms);
}
