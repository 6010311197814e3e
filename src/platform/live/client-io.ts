/**
 * Client IO: reads the packets of clients, and sends them the packets of the platform. It makes no decision about
 * workers and units: those requests go to the worker pool ({@link ClientRequests}).
 */
import { getOrCreate, type AgentStatus } from "../../vocabulary/index.js";
import { OnboardingAgent } from "../model/index.js";
import { MailboxFullError, PayloadTooLargeError, type Reactor } from "../sync/index.js";
import type { Channel, ChannelHandlers } from "./channel.js";
import { createOutbox, type Outbox } from "./inbox.js";
import { isLiveUpdate, type ChannelPacket } from "./packets.js";
import type { AgentSession } from "./agent-session.js";
import type { LiveRunObserver } from "./observer.js";

/** What clients ask of the worker pool. */
export interface ClientRequests {
  /** The session of a live agent; undefined when the agent is unknown or has ended. */
  sessionOf(agentId: string): AgentSession | undefined;
  /** The live agents, for the periodic request of their statuses. */
  sessions(): Iterable<AgentSession>;
  register(channel: Channel, packet: ChannelPacket): void;
  /** The submit of an onboarding, or of the work on a unit. */
  submit(channel: Channel, packet: ChannelPacket): void;
  submitMetadata(packet: ChannelPacket): void;
  /** No live update of the worker is outstanding. If it has submitted, its live part is over. */
  endLivePart(session: AgentSession): void;
  reportStatuses(channel: Channel, statuses: ChannelPacket["data"]): void;
  /** The status of an agent, live or ended; undefined when there is no such agent. */
  statusOf(agentId: string): AgentStatus | undefined;
  /** A channel was closed: its clients cannot be reached any more. */
  channelClosed(channel: Channel): void;
}

/** A packet of the platform that has not been sent yet. */
type Outgoing = Pick<ChannelPacket, "packet_type" | "subject_id" | "data">;

/** The most agents that one packet asks about, so that the packet fits into a channel. */
const STATUSES_A_PACKET = 1000;

export interface ClientIOOptions {
  readonly reactor: Reactor;
  readonly observer: LiveRunObserver;
  readonly requests: ClientRequests;
}

export class ClientIO {
  readonly #reactor: Reactor;
  readonly #observer: LiveRunObserver;
  readonly #requests: ClientRequests;
  /** The open channels by id, each with the packets that it has no room for yet. */
  readonly #channels = new Map<string, { readonly channel: Channel; readonly outbox: Outbox<ChannelPacket> }>();

  /** What to do with the packets of a channel. */
  readonly handlers: ChannelHandlers = {
    onMessage: (channel, packet) => this.#onMessage(channel, packet),
    onMalformed: () => this.#observer.count("errors"),
    onClose: (channel) => {
      this.#channels.delete(channel.id);
      this.#requests.channelClosed(channel);
    },
  };

  constructor({ reactor, observer, requests }: ClientIOOptions) {
    this.#reactor = reactor;
    this.#observer = observer;
    this.#requests = requests;
  }

  /** Opens a channel. */
  addChannel(channel: Channel): void {
    const outbox = createOutbox<ChannelPacket>(
      this.#reactor,
      (packet) => !channel.isAlive() || channel.enqueueSend(packet),
      () => this.#observer.count("mailbox_full"),
    );
    this.#channels.set(channel.id, { channel, outbox });
    channel.open();
  }

  /** Sends a packet. It is dropped when the channel is closed. */
  send(channel: Channel, { packet_type, subject_id, data }: Outgoing): void {
    const server_timestamp = this.#reactor.clock.now();
    this.#channels.get(channel.id)?.outbox.send({ packet_type, subject_id, data, server_timestamp });
  }

  sendStatus(channel: Channel, agentId: string, status: AgentStatus): void {
    this.send(channel, { packet_type: "update_status", subject_id: agentId, data: { status } });
  }

  sendLiveUpdate(agentId: string, update: ChannelPacket["data"]): void {
    const session = this.#requests.sessionOf(agentId);
    if (session !== undefined)
      this.send(session.channel, { packet_type: "client_bound_live_update", subject_id: agentId, data: update });
  }

  /** Asks the clients of all live agents for their statuses. */
  requestStatuses(): void {
    const asked = new Map<Channel, string[]>();
    for (const { agent, channel } of this.#requests.sessions())
      getOrCreate(asked, channel, () => []).push(agent.getAgentId());
    for (const [channel, ids] of asked) {
      for (let first = 0; first < ids.length; first += STATUSES_A_PACKET) {
        const data = { agent_ids: ids.slice(first, first + STATUSES_A_PACKET) };
        this.send(channel, { packet_type: "request_statuses", subject_id: channel.id, data });
      }
    }
  }

  /** Closes every channel. */
  close(): void {
    for (const { channel } of this.#channels.values()) channel.close();
  }

  #onMessage(channel: Channel, packet: ChannelPacket): void {
    switch (packet.packet_type) {
      case "alive":
        return this.send(channel, { packet_type: "alive", subject_id: packet.subject_id, data: {} });
      case "register_agent":
        return this.#requests.register(channel, packet);
      case "mephisto_bound_live_update":
        return this.#onLiveUpdate(channel, packet);
      case "submit_onboarding":
      case "submit_unit": {
        const right = OnboardingAgent.isOnboardingId(packet.subject_id) ? "submit_onboarding" : "submit_unit";
        if (packet.packet_type !== right)
          return this.#refuse(channel, packet.subject_id, `the submit of this agent is ${right}`);
        return this.#requests.submit(channel, packet);
      }
      case "submit_metadata":
        return this.#requests.submitMetadata(packet);
      case "return_statuses":
        return this.#requests.reportStatuses(channel, packet.data);
      case "log_error":
        return this.#observer.count("errors");
      // Only the platform sends these.
      case "agent_details":
      case "client_bound_live_update":
      case "request_statuses":
      case "update_status":
        return this.#refuse(channel, packet.subject_id, `a client does not send ${packet.packet_type}`);
    }
  }

  /**
   * Puts a worker's live update into the agent's mailbox. A copy is dropped; without room in the mailbox it is refused.
   */
  #onLiveUpdate(channel: Channel, packet: ChannelPacket): void {
    const { data, subject_id: agentId } = packet;
    if (!isLiveUpdate(data)) return this.#refuse(channel, agentId, "malformed live update");
    const session = this.#requests.sessionOf(agentId);
    if (session === undefined) {
      const status = this.#requests.statusOf(agentId);
      if (status !== undefined) this.sendStatus(channel, agentId, status);
      return;
    }
    const { update_id: updateId, number } = data;
    if (session.seen.has(updateId)) return session.observer.count("duplicates_dropped");
    const { refused } = session;
    if (refused !== undefined && refused.number !== number) {
      // If this update were accepted now, it would overtake the refused one. The client may have missed the refusal:
      // repeat it.
      session.refused = { number: refused.number, upTo: Math.max(refused.upTo, number) };
      return this.#requestResend(channel, agentId, refused.number);
    }
    try {
      // Not `{ ...data, … }`: V8 takes 5 us to add to an object that was made by a spread, for each update.
      const times = {
        router_incoming_timestamp: packet.router_incoming_timestamp ?? packet.client_timestamp,
        server_timestamp: this.#reactor.clock.now(),
      };
      session.agent.mailbox.append(Object.assign({}, data, times));
    } catch (error) {
      if (error instanceof MailboxFullError) {
        session.refused = { number, upTo: Math.max(refused?.upTo ?? number, number) };
        session.observer.count("mailbox_full");
        return this.#requestResend(channel, agentId, number);
      }
      if (!(error instanceof PayloadTooLargeError)) throw error;
      this.#advanceRefused(session, number);
      return this.#refuse(channel, agentId, error.message);
    }
    if (data.last === true) session.livePartOver = true;
    this.#advanceRefused(session, number);
    session.seen.add(updateId);
  }

  /**
   * Update `number` is settled now. If it was the first refused one, the updates after it were refused with it, and
   * copies of them may still arrive: they are expected in order.
   */
  #advanceRefused(session: AgentSession, number: number): void {
    const { refused } = session;
    if (refused === undefined) return;
    session.refused = number < refused.upTo ? { number: number + 1, upTo: refused.upTo } : undefined;
    if (session.refused === undefined) this.#requests.endLivePart(session);
  }

  #refuse(channel: Channel, subjectId: string, error: string): void {
    this.send(channel, { packet_type: "log_error", subject_id: subjectId, data: { error } });
  }

  /** Tells the client to send its live updates again, from this number on. */
  #requestResend(channel: Channel, agentId: string, number: number): void {
    const data = { error: "the mailbox is full", send_again_from: number };
    this.send(channel, { packet_type: "log_error", subject_id: agentId, data });
  }
}
