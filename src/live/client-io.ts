/**
 * Client IO: takes the packets of clients apart, and sends them what the platform has to say. It decides nothing about
 * workers and units; those questions go to the worker pool ({@link ClientRequests}).
 */
import type { AgentStatus } from "../db/index.js";
import type { Recorder } from "../measure/index.js";
import type { Json, Reactor } from "../sync/index.js";
import { MailboxFullError, PayloadTooLargeError } from "../sync/index.js";
import type { Channel, ChannelHandlers } from "./channel.js";
import type { Crew } from "./crew.js";
import { createOutbox } from "./inbox.js";
import { isLiveUpdate, type Packet } from "./packets.js";
import type { Seat } from "./seat.js";

/** What clients ask of the worker pool. */
export interface ClientRequests {
  /** The seat of a live agent; undefined for one that is unknown or over. */
  seatOf(agentId: string): Seat | undefined;
  /** The live agents, for the periodic request of their statuses. */
  seats(): Iterable<Seat>;
  register(channel: Channel, packet: Packet): void;
  submitOnboarding(channel: Channel, packet: Packet): void;
  submitUnit(channel: Channel, packet: Packet): void;
  submitMetadata(packet: Packet): void;
  reportStatuses(channel: Channel, statuses: Packet["data"]): void;
  /** The status of any agent, live or over; undefined for one that never was. */
  statusOf(agentId: string): AgentStatus | undefined;
  /** A channel ended: nobody behind it can be reached any more. */
  channelClosed(channel: Channel): void;
}

export interface ClientIO {
  /** What to do with the packets of a channel. */
  readonly handlers: ChannelHandlers;
  /** Opens a channel for sending too. */
  addChannel(channel: Channel): void;
  send(channel: Channel, packet: Omit<Packet, "server_timestamp">): void;
  sendStatus(channel: Channel, agentId: string, status: AgentStatus): void;
  sendLiveUpdate(agentId: string, update: Packet["data"]): void;
  /** Asks the clients of all live agents for their statuses, one packet a channel. */
  requestStatuses(): void;
  /** Closes every channel. */
  close(): void;
}

export interface ClientIOOptions {
  readonly reactor: Reactor;
  readonly recorder: Recorder;
  readonly requests: ClientRequests;
  readonly crew: Crew;
}

export function createClientIO({ reactor, recorder, requests }: ClientIOOptions): ClientIO {
  const { clock } = reactor;
  const outboxes = new Map<string, ReturnType<typeof createOutbox<Packet>>>();
  const channels = new Map<string, Channel>();

  const send = (channel: Channel, packet: Omit<Packet, "server_timestamp">): void => {
    outboxes.get(channel.id)?.send({ ...packet, server_timestamp: clock.now() });
  };
  const sendStatus = (channel: Channel, agentId: string, status: AgentStatus): void =>
    send(channel, { packet_type: "update_status", subject_id: agentId, data: { status } });

  const refuse = (channel: Channel, packet: Packet, error: string): void => {
    send(channel, { packet_type: "log_error", subject_id: packet.subject_id, data: { error, number: packet.data["number"] } });
  };

  /** A live update from a worker: dropped if it came before, refused if there is no room, otherwise put into the agent's mailbox. */
  const onLiveUpdate = (channel: Channel, packet: Packet): void => {
    const { data } = packet;
    if (!isLiveUpdate(data)) return refuse(channel, packet, "malformed live update");
    const seat = requests.seatOf(packet.subject_id);
    if (seat === undefined) {
      const status = requests.statusOf(packet.subject_id);
      if (status !== undefined) sendStatus(channel, packet.subject_id, status);
      return;
    }
    if (seat.seen.has(data.update_id)) return;
    // What was sent after a refused update waits for it, or the order would be lost; the client sends all of it again.
    if (seat.refused !== undefined && seat.refused !== data.update_id) return;
    try {
      seat.agent.mailbox.append({ ...data, client_timestamp: packet.client_timestamp, server_timestamp: clock.now() });
    } catch (error) {
      if (error instanceof MailboxFullError) {
        seat.refused = data.update_id;
        recorder.count("mailbox_full");
        return refuse(channel, packet, "mailbox full");
      }
      if (error instanceof PayloadTooLargeError) return refuse(channel, packet, error.message);
      throw error;
    }
    seat.refused = undefined;
    seat.seen.add(data.update_id);
  };

  const onMessage = (channel: Channel, packet: Packet): void => {
    switch (packet.packet_type) {
      case "alive":
        return send(channel, { packet_type: "alive", subject_id: packet.subject_id, data: {} });
      case "register_agent":
        return requests.register(channel, packet);
      case "mephisto_bound_live_update":
        return onLiveUpdate(channel, packet);
      case "submit_onboarding":
        return requests.submitOnboarding(channel, packet);
      case "submit_unit":
        return requests.submitUnit(channel, packet);
      case "submit_metadata":
        return requests.submitMetadata(packet);
      case "return_statuses":
        return requests.reportStatuses(channel, packet.data);
      case "log_error":
        return recorder.count("errors");
      // The platform's own packets say nothing when they come from a client.
      case "agent_details":
      case "client_bound_live_update":
      case "request_statuses":
      case "update_status":
        return refuse(channel, packet, `a client does not send ${packet.packet_type}`);
    }
  };

  return {
    handlers: {
      onMessage,
      onMalformed: () => recorder.count("errors"),
      onClose: (channel) => {
        channels.delete(channel.id);
        outboxes.delete(channel.id);
        requests.channelClosed(channel);
      },
    },
    addChannel(channel) {
      channels.set(channel.id, channel);
      const outbox = createOutbox<Packet>(
        reactor,
        (packet) => !channel.isAlive() || channel.enqueueSend(packet),
        () => recorder.count("mailbox_full"),
      );
      outboxes.set(channel.id, outbox);
      channel.open();
    },
    send,
    sendStatus,
    sendLiveUpdate(agentId, update) {
      const seat = requests.seatOf(agentId);
      if (seat !== undefined) send(seat.channel, { packet_type: "client_bound_live_update", subject_id: agentId, data: update });
    },
    requestStatuses() {
      const asked = new Map<Channel, string[]>();
      for (const seat of requests.seats()) {
        const ids = asked.get(seat.channel);
        if (ids === undefined) asked.set(seat.channel, [seat.agent.getAgentId()]);
        else ids.push(seat.agent.getAgentId());
      }
      for (const [channel, agentIds] of asked) {
        send(channel, { packet_type: "request_statuses", subject_id: channel.id, data: { agent_ids: agentIds } satisfies Record<string, Json> });
      }
    },
    close() {
      for (const channel of channels.values()) channel.close();
    },
  };
}
