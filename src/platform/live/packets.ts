/**
 * The packets between clients and the platform. Types and field names are Mephisto's, hence the snake case.
 * All timestamps are milliseconds on the run's clock.
 */
import type { Json } from "../sync/index.js";

export const PACKET_TYPES = [
  "alive",
  "submit_onboarding",
  "submit_unit",
  "submit_metadata",
  "client_bound_live_update",
  "mephisto_bound_live_update",
  "register_agent",
  "agent_details",
  "update_status",
  "request_statuses",
  "return_statuses",
  "log_error",
] as const;
export type PacketType = (typeof PACKET_TYPES)[number];

/** One message on a channel. A type, as only that can be a {@link Json}. */
export type ChannelPacket = {
  readonly packet_type: PacketType;
  /** Its subject: an agent's id, or the registration id that it answers. */
  readonly subject_id: string;
  readonly data: { readonly [key: string]: Json | undefined };
  /** When the client sent it. */
  readonly client_timestamp?: number | undefined;
  /** When the router put it onto the channel to the platform. */
  readonly router_incoming_timestamp?: number | undefined;
  /** When the router passed it on to the client. */
  readonly router_outgoing_timestamp?: number | undefined;
  /** When the platform received or sent it. */
  readonly server_timestamp?: number | undefined;
};

/** The data of a live update that a worker sends: the content for the task's code, and times that measure its path. */
export interface LiveUpdateData {
  /** Unique for the agent; an update that is sent again keeps it. */
  readonly update_id: string;
  /** 1, 2, 3, … for each agent. */
  readonly number: number;
  /** When the plan intended to send it. */
  readonly intended_at: number;
  readonly text: string;
  /** Whether this update ends the live part of the task. */
  readonly last?: boolean;
  readonly [key: string]: Json | undefined;
}

/** Whether `data` has the fields of a live update. */
export function isLiveUpdate(data: ChannelPacket["data"]): data is ChannelPacket["data"] & LiveUpdateData {
  return (
    typeof data["update_id"] === "string" &&
    typeof data["number"] === "number" &&
    typeof data["intended_at"] === "number" &&
    typeof data["text"] === "string"
  );
}

/** Whether a message from a channel has the form of a packet. Input of clients is not trusted. */
export function isChannelPacket(message: Json): message is Json & ChannelPacket {
  if (typeof message !== "object" || message === null || !("packet_type" in message)) return false;
  const { packet_type, subject_id, data } = message;
  return (
    PACKET_TYPES.some((type) => type === packet_type) &&
    typeof subject_id === "string" &&
    typeof data === "object" &&
    data !== null &&
    !Array.isArray(data)
  );
}
