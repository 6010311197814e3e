/**
 * The simulated workers' end of the channel to the router of the run (`--listen`). The router is in another thread, and
 * speaks with a backend; it has the pages of the workers, their dialect and the evidence (`simulated-pages.ts`).
 */
import { outboxTo, receive, type ChannelPacket, type PacketType, type TaskGroup } from "../../platform/live/index.js";
import type { Mailbox, Reactor } from "../../platform/sync/index.js";
import { getOrCreate } from "../../vocabulary/index.js";
import type { Recorder } from "../measure/index.js";
import { LocalQueue, type ClientConnection, type WorkerRouter } from "../workers/index.js";
import { toPageOf, type ToPage, type ToRouter } from "./channel-messages.js";

export interface ChannelRouterOptions {
  readonly reactor: Reactor;
  readonly recorder: Recorder;
  readonly taskGroup: TaskGroup;
  readonly toRouter: Mailbox;
  readonly fromRouter: Mailbox;
}

interface Connection extends ClientConnection {
  agentId: string | undefined;
  state: ClientConnection["state"];
}

/** A wake-up cannot be lost here; the channel is looked into anyway, as every channel is, ms. */
const RECHECK_MS = 1000;

export class ChannelRouter implements WorkerRouter {
  readonly #reactor: Reactor;
  readonly #send: (message: ToRouter) => void;
  readonly #connections = new Map<string, Connection>();

  constructor({ reactor, recorder, taskGroup, toRouter, fromRouter }: ChannelRouterOptions) {
    this.#reactor = reactor;
    const outbox = outboxTo(toRouter, reactor, () => recorder.count("mailbox_full"));
    this.#send = (message) => outbox.send(message);
    taskGroup.start("packets of the router", () =>
      receive(fromRouter, reactor, (message) => this.#onMessage(toPageOf(message)), RECHECK_MS),
    );
  }

  connect(registrationId: string): Connection {
    const connection = getOrCreate(this.#connections, registrationId, (): Connection => {
      const inbox = new LocalQueue<ChannelPacket>(this.#reactor);
      return { registrationId, inbox, agentId: undefined, state: "connected" };
    });
    connection.state = "connected";
    return connection;
  }

  disconnect(connection: Connection): void {
    connection.state = "offline";
    this.#send({ kind: "gone", page: connection.registrationId, how: "lost" });
  }

  send({ registrationId }: ClientConnection, type: PacketType, subject: string, data: ChannelPacket["data"]): void {
    this.#send({ kind: "packet", page: registrationId, type, subject, data });
  }

  /** Finding a loss is the router's task: by the age of the heartbeat. */
  reportLost(connection: Connection): void {
    connection.state = "lost";
  }

  forget({ registrationId }: ClientConnection): void {
    this.#connections.delete(registrationId);
    this.#send({ kind: "gone", page: registrationId, how: "closed" });
  }

  #onMessage({ page, type, subject, data }: ToPage): void {
    const connection = this.#connections.get(page);
    if (connection?.state !== "connected") return;
    const agentId = data["agent_id"];
    if (type === "agent_details" && typeof agentId === "string") connection.agentId = agentId;
    connection.inbox.push({ packet_type: type, subject_id: subject, data });
  }
}
