/**
 * Client IO: takes the packets of clients apart, and sends them what the platform has to say. It decides nothing about
 * workers and units; those questions go to the worker pool ({@link ClientRequests}).
 */
import type { AgentStatus } from "../../vocabulary/index.js";
import { OnboardingAgent } from "../model/index.js";
import type { Json, Reactor } from "../sync/index.js";
import { MailboxFullError, PayloadTooLargeError } from "../sync/index.js";
import type { Channel, ChannelHandlers } from "./channel.js";
import { createOutbox } from "./inbox.js";
import { isLiveUpdate, type ChannelPacket } from "./packets.js";
import type { AgentSession } from "./agent-session.js";
import type { LiveRunObserver } from "./observer.js";

/** What clients ask of the worker pool. */
export interface ClientRequests {
  /** The seat of a live agent; undefined for one that is unknown or over. */
  sessionOf(agentId: string): AgentSession | undefined;
  /** The live agents, for the periodic request of their statuses. */
  sessions(): Iterable<AgentSession>;
  register(channel: Channel, packet: ChannelPacket): void;
  /** Of an onboarding, or of the work on a unit. */
  submit(channel: Channel, packet: ChannelPacket): void;
  submitMetadata(packet: ChannelPacket): void;
  reportStatuses(channel: Channel, statuses: ChannelPacket["data"]): void;
  /** The status of any agent, live or over; undefined for one that never was. */
  statusOf(agentId: string): AgentStatus | undefined;
  /** A channel ended: nobody behind it can be reached any more. */
  channelClosed(channel: Channel): void;
}

/** A packet of the platform that has not been sent yet. */
type Outgoing = Pick<ChannelPacket, "packet_type" | "subject_id" | "data">;

export interface ClientIO {
  /** What to do with the packets of a channel. */
  readonly handlers: ChannelHandlers;
  /** Opens a channel for sending too. */
  addChannel(channel: Channel): void;
  send(channel: Channel, packet: Outgoing): void;
  sendStatus(channel: Channel, agentId: string, status: AgentStatus): void;
  sendLiveUpdate(agentId: string, update: ChannelPacket["data"]): void;
  /** Asks the clients of all live agents for their statuses. */
  requestStatuses(): void;
  /** Closes every channel. */
  close(): void;
}

/** Agents that one packet asks about at most, so that no packet outgrows a channel. */
const STATUSES_A_PACKET = 1000;

export interface ClientIOOptions {
  readonly reactor: Reactor;
  readonly recorder: LiveRunObserver;
  readonly requests: ClientRequests;
}

export function createClientIO({ reactor, recorder, requests }: ClientIOOptions): ClientIO {
  const { clock } = reactor;
  const outboxes = new Map<string, ReturnType<typeof createOutbox<ChannelPacket>>>();
  const channels = new Map<string, Channel>();

  const send = (channel: Channel, packet: Outgoing): void => {
    const { packet_type, subject_id, data } = packet;
    outboxes.get(channel.id)?.send({ packet_type, subject_id, data, server_timestamp: clock.now() });
  };
  const sendStatus = (channel: Channel, agentId: string, status: AgentStatus): void =>
    send(channel, { packet_type: "update_status", subject_id: agentId, data: { status } });

  const refuse = (channel: Channel, subjectId: string, error: string): void => {
    send(channel, { packet_type: "log_error", subject_id: subjectId, data: { error } });
  };
  /** Tells the client to send again from the live update of this number on. */
  const requestResend = (channel: Channel, agentId: string, number: number): void => {
    send(channel, {
      packet_type: "log_error",
      subject_id: agentId,
      data: { error: "the mailbox is full", send_again_from: number },
    });
  };

  /** What was sent after a refused update was refused with it, and a second copy of that may still be on its way: it has to wait its turn. */
  const updateRefusedRange = (session: AgentSession, number: number): void => {
    const upTo = session.refused?.upTo ?? number;
    session.refused = number < upTo ? { number: number + 1, upTo } : undefined;
  };

  /** A live update from a worker: dropped if it came before, refused if there is no room, otherwise put into the agent's mailbox. */
  const onLiveUpdate = (channel: Channel, packet: ChannelPacket): void => {
    const { data, subject_id: agentId } = packet;
    if (!isLiveUpdate(data)) return refuse(channel, agentId, "malformed live update");
    const session = requests.sessionOf(agentId);
    if (session === undefined) {
      const status = requests.statusOf(agentId);
      if (status !== undefined) sendStatus(channel, agentId, status);
      return;
    }
    const { update_id: updateId, number } = data;
    if (session.seen.has(updateId)) return recorder.count("duplicates_dropped");
    // Let in before the refused one, it would overtake it. The client may have missed the refusal, so it is told again.
    const { refused } = session;
    if (refused !== undefined && refused.number !== number) {
      session.refused = { number: refused.number, upTo: Math.max(refused.upTo, number) };
      return requestResend(channel, agentId, refused.number);
    }
    try {
      // Not `{ ...data, … }`: V8 takes 5 us to add to an object that it has spread, and this is in the way of every update.
      const times = {
        router_incoming_timestamp: packet.router_incoming_timestamp ?? packet.client_timestamp,
        server_timestamp: clock.now(),
      };
      session.agent.mailbox.append(Object.assign({}, data, times));
    } catch (error) {
      if (error instanceof MailboxFullError) {
        session.refused = { number, upTo: Math.max(refused?.upTo ?? number, number) };
        recorder.count("mailbox_full");
        return requestResend(channel, agentId, number);
      }
      if (!(error instanceof PayloadTooLargeError)) throw error;
      updateRefusedRange(session, number);
      return refuse(channel, agentId, error.message);
    }
    updateRefusedRange(session, number);
    session.seen.add(updateId);
  };

  const onMessage = (channel: Channel, packet: ChannelPacket): void => {
    switch (packet.packet_type) {
      case "alive":
        return send(channel, { packet_type: "alive", subject_id: packet.subject_id, data: {} });
      case "register_agent":
        return requests.register(channel, packet);
      case "mephisto_bound_live_update":
        return onLiveUpdate(channel, packet);
      case "submit_onboarding":
      case "submit_unit": {
        const right = OnboardingAgent.isOnboardingId(packet.subject_id) ? "submit_onboarding" : "submit_unit";
        if (packet.packet_type !== right)
          return refuse(channel, packet.subject_id, `the submit of this agent is ${right}`);
        return requests.submit(channel, packet);
      }
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
        return refuse(channel, packet.subject_id, `a client does not send ${packet.packet_type}`);
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
      const outbox = createOutbox<ChannelPacket>(
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
      const session = requests.sessionOf(agentId);
      if (session !== undefined)
        send(session.channel, { packet_type: "client_bound_live_update", subject_id: agentId, data: update });
    },
    requestStatuses() {
      const asked = new Map<Channel, string[]>();
      for (const { agent, channel } of requests.sessions()) {
        const ids = asked.get(channel);
        if (ids === undefined) asked.set(channel, [agent.getAgentId()]);
        else ids.push(agent.getAgentId());
      }
      for (const [channel, ids] of asked) {
        for (let first = 0; first < ids.length; first += STATUSES_A_PACKET) {
          const data = { agent_ids: ids.slice(first, first + STATUSES_A_PACKET) } satisfies Record<string, Json>;
          send(channel, { packet_type: "request_statuses", subject_id: channel.id, data });
        }
      }
    },
    close() {
      for (const channel of channels.values()) channel.close();
    },
  };
}
