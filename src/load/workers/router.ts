/**
 * The clients' end of a channel: passes packets between the platform and the simulated workers of one thread, and tells the
 * platform which of them are lost, as the router of the real platform does.
 */
import type { AgentStatus } from "../../vocabulary/index.js";
import {
  createOutbox,
  type Channel,
  type ChannelHandlers,
  type ChannelPacket,
  type PacketType,
} from "../../platform/live/index.js";
import type { Recorder } from "../measure/index.js";
import type { Json, Reactor } from "../../platform/sync/index.js";
import { createLocalQueue, type LocalQueue } from "./local-queue.js";

/** One client behind the router. */
export interface ClientConnection {
  readonly registrationId: string;
  /** What the platform sends, while the client is connected. */
  readonly inbox: LocalQueue<ChannelPacket>;
  /** The agent that the platform gave it last. */
  agentId: string | undefined;
  /** `connected`; `offline`: nothing reaches it; `lost`: the platform is told so. */
  state: "connected" | "offline" | "lost";
}

export interface Router {
  readonly handlers: ChannelHandlers;
  /** The channel to send on. */
  use(channel: Channel): void;
  connect(registrationId: string): ClientConnection;
  /** Sends a packet of a client. */
  send(type: PacketType, subjectId: string, data: ChannelPacket["data"]): void;
  /** The platform notices that a client is gone. */
  reportLost(connection: ClientConnection): void;
  /** The client will not come back: the router forgets it. */
  forget(connection: ClientConnection): void;
}

export function createRouter(reactor: Reactor, recorder: Recorder): Router {
  const { clock } = reactor;
  const byRegistration = new Map<string, ClientConnection>();
  const byAgent = new Map<string, ClientConnection>();
  let outbox: ReturnType<typeof createOutbox<ChannelPacket>> | undefined;

  const send: Router["send"] = (type, subjectId, data) => {
    if (outbox === undefined) throw new Error("the router has no channel");
    outbox.send({ packet_type: type, subject_id: subjectId, data, client_timestamp: clock.now() });
  };
  const statusFor = (connection: ClientConnection | undefined): AgentStatus | undefined =>
    connection?.state === "lost" ? "disconnect" : undefined;

  /** An agent of a client that is already lost: nobody will ever act for it. */
  const reportIfLost = (connection: ClientConnection): void => {
    if (connection.state === "lost" && connection.agentId !== undefined) {
      send("return_statuses", connection.registrationId, { [connection.agentId]: "disconnect" });
    }
  };

  /** Passes a packet on to its client, if that is there. */
  const deliver = (connection: ClientConnection, packet: ChannelPacket): void => {
    if (connection.state !== "connected") return;
    const { packet_type, subject_id, data, server_timestamp } = packet;
    connection.inbox.push({ packet_type, subject_id, data, server_timestamp, router_outgoing_timestamp: clock.now() });
  };

  const onDetails = (packet: ChannelPacket): void => {
    const connection = byRegistration.get(packet.subject_id);
    if (connection === undefined) return;
    const agentId = packet.data["agent_id"];
    if (typeof agentId === "string" && packet.data["failure_reason"] === undefined) {
      if (connection.agentId !== undefined) byAgent.delete(connection.agentId);
      connection.agentId = agentId;
      byAgent.set(agentId, connection);
      reportIfLost(connection);
    }
    deliver(connection, packet);
  };

  const onMessage = (_channel: Channel, packet: ChannelPacket): void => {
    switch (packet.packet_type) {
      case "agent_details":
        return onDetails(packet);
      case "request_statuses": {
        const asked = packet.data["agent_ids"];
        const statuses = new Map<string, Json>();
        for (const id of Array.isArray(asked) ? (asked as readonly Json[]) : []) {
          const status = typeof id === "string" ? statusFor(byAgent.get(id)) : undefined;
          if (typeof id === "string" && status !== undefined) statuses.set(id, status);
        }
        if (statuses.size > 0) send("return_statuses", packet.subject_id, Object.fromEntries(statuses));
        return;
      }
      default: {
        const connection = byAgent.get(packet.subject_id);
        if (connection !== undefined) deliver(connection, packet);
      }
    }
  };

  return {
    handlers: {
      onMessage,
      onMalformed: () => recorder.count("errors"),
      onClose: () => undefined,
    },
    use(channel) {
      outbox = createOutbox<ChannelPacket>(
        reactor,
        ({ packet_type, subject_id, data, client_timestamp }) =>
          !channel.isAlive() ||
          channel.enqueueSend({
            packet_type,
            subject_id,
            data,
            client_timestamp,
            router_incoming_timestamp: clock.now(),
          }),
        () => recorder.count("mailbox_full"),
      );
      channel.open();
    },
    connect(registrationId) {
      let connection = byRegistration.get(registrationId);
      if (connection === undefined) {
        connection = { registrationId, inbox: createLocalQueue(reactor), agentId: undefined, state: "connected" };
        byRegistration.set(registrationId, connection);
      }
      connection.state = "connected";
      return connection;
    },
    send,
    reportLost(connection) {
      connection.state = "lost";
      reportIfLost(connection);
    },
    forget(connection) {
      byRegistration.delete(connection.registrationId);
      if (connection.agentId !== undefined) byAgent.delete(connection.agentId);
    },
  };
}
