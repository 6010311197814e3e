/**
 * The clients' end of a channel. It passes packets between the platform and the simulated workers of one thread, and
 * reports disconnected clients to the platform, as the router of the real platform does.
 */
import { assert, getOrCreate } from "../../vocabulary/index.js";
import {
  createOutbox,
  type Channel,
  type ChannelHandlers,
  type ChannelPacket,
  type PacketType,
} from "../../platform/live/index.js";
import type { Recorder } from "../measure/index.js";
import type { Json, Reactor } from "../../platform/sync/index.js";
import { LocalQueue } from "./local-queue.js";
import type { ClientConnection, WorkerRouter } from "./worker-router.js";

/** The router's own view of a connection. */
interface RoutedConnection extends ClientConnection {
  agentId: string | undefined;
  state: ClientConnection["state"];
}

export class Router implements WorkerRouter {
  readonly handlers: ChannelHandlers;
  readonly #reactor: Reactor;
  readonly #recorder: Recorder;
  readonly #byRegistration = new Map<string, RoutedConnection>();
  readonly #byAgent = new Map<string, RoutedConnection>();
  #outbox: ReturnType<typeof createOutbox<ChannelPacket>> | undefined;

  constructor(reactor: Reactor, recorder: Recorder) {
    this.#reactor = reactor;
    this.#recorder = recorder;
    this.handlers = {
      onMessage: (_channel, packet) => this.#onMessage(packet),
      onMalformed: () => recorder.count("errors"),
      onClose: () => undefined,
    };
  }

  /** Opens the channel, and sends on it from now on. */
  use(channel: Channel): void {
    assert(this.#outbox === undefined, "the router has a channel already");
    const { clock } = this.#reactor;
    this.#outbox = createOutbox<ChannelPacket>(
      this.#reactor,
      ({ packet_type, subject_id, data, client_timestamp }) =>
        !channel.isAlive() ||
        channel.enqueueSend({
          packet_type,
          subject_id,
          data,
          client_timestamp,
          router_incoming_timestamp: clock.now(),
        }),
      () => this.#recorder.count("mailbox_full"),
    );
    channel.open();
  }

  connect(registrationId: string): RoutedConnection {
    const connection = getOrCreate(this.#byRegistration, registrationId, (): RoutedConnection => {
      const inbox = new LocalQueue<ChannelPacket>(this.#reactor);
      return { registrationId, inbox, agentId: undefined, state: "connected" };
    });
    connection.state = "connected";
    return connection;
  }

  disconnect(connection: RoutedConnection): void {
    connection.state = "offline";
  }

  send(_connection: ClientConnection, type: PacketType, subjectId: string, data: ChannelPacket["data"]): void {
    this.#send(type, subjectId, data);
  }

  /** The platform notices that a client is gone. */
  reportLost(connection: RoutedConnection): void {
    connection.state = "lost";
    this.#reportIfLost(connection);
  }

  forget(connection: ClientConnection): void {
    this.#byRegistration.delete(connection.registrationId);
    if (connection.agentId !== undefined) this.#byAgent.delete(connection.agentId);
  }

  #send(type: PacketType, subjectId: string, data: ChannelPacket["data"]): void {
    assert(this.#outbox !== undefined, "the router has no channel");
    this.#outbox.send({
      packet_type: type,
      subject_id: subjectId,
      data,
      client_timestamp: this.#reactor.clock.now(),
    });
  }

  /** An agent given to a client that is already lost has no one to act for it. */
  #reportIfLost({ state, agentId, registrationId }: RoutedConnection): void {
    if (state === "lost" && agentId !== undefined)
      this.#send("return_statuses", registrationId, { [agentId]: "disconnect" });
  }

  #onMessage(packet: ChannelPacket): void {
    switch (packet.packet_type) {
      case "agent_details":
        this.#onDetails(packet);
        return;
      case "request_statuses":
        this.#reportStatuses(packet);
        return;
      default: {
        const connection = this.#byAgent.get(packet.subject_id);
        if (connection !== undefined) this.#deliver(connection, packet);
      }
    }
  }

  #onDetails(packet: ChannelPacket): void {
    const connection = this.#byRegistration.get(packet.subject_id);
    if (connection === undefined) return;
    const agentId = packet.data["agent_id"];
    if (typeof agentId === "string" && packet.data["failure_reason"] === undefined) {
      if (connection.agentId !== undefined) this.#byAgent.delete(connection.agentId);
      connection.agentId = agentId;
      this.#byAgent.set(agentId, connection);
      this.#reportIfLost(connection);
    }
    this.#deliver(connection, packet);
  }

  /** Answers which of the agents asked for have lost their client. */
  #reportStatuses({ subject_id, data }: ChannelPacket): void {
    const asked = data["agent_ids"];
    const statuses = new Map<string, Json>();
    for (const id of Array.isArray(asked) ? (asked as readonly Json[]) : [])
      if (typeof id === "string" && this.#byAgent.get(id)?.state === "lost") statuses.set(id, "disconnect");
    if (statuses.size > 0) this.#send("return_statuses", subject_id, Object.fromEntries(statuses));
  }

  /** Passes a packet on to a connected client. */
  #deliver(connection: RoutedConnection, packet: ChannelPacket): void {
    if (connection.state !== "connected") return;
    const { packet_type, subject_id, data, server_timestamp } = packet;
    const router_outgoing_timestamp = this.#reactor.clock.now();
    connection.inbox.push({ packet_type, subject_id, data, server_timestamp, router_outgoing_timestamp });
  }
}
