/**
 * A router of Mephisto's protocol as a state machine: what came in, what goes out, as values. It has no sockets, no
 * timers and no clock of its own. `simulate conformance` holds it against recorded conversations of the original.
 *
 * It differs from the original's Node server where that loses or keeps without bound:
 * - It sends at once; the original sends to the backend, and what it kept, every 50 ms.
 * - A closed socket is noticed. What comes for its agents is kept until they are back, at most
 *   {@link RouterOptions.unsentLimit} packets an agent. With detection `close` the client is lost when it does not come
 *   back in time.
 * - A socket speaks for at most {@link limits.SOCKET_AGENTS} agents. One that the backend has never named is forgotten
 *   when its socket closes.
 * - A forgotten agent leaves nothing behind, and what still comes for it is dropped. (The original makes a new entry,
 *   which stays.)
 * - A heartbeat of an agent that it does not know is answered on its socket, without a status.
 * - A client may send only what clients send. (The original takes any packet from anyone.)
 * - It sends every packet once. (The original's sends each twice on Node.js 20 and later.)
 */
import type { AgentStatus } from "../../../vocabulary/index.js";
import { isFinal } from "../../../vocabulary/index.js";
import { RecentIds } from "../../live/index.js";
import type { Json } from "../../sync/index.js";
import {
  limits,
  type LogErrorBody,
  type RequestAgentBody,
  type SubmitMetadataBody,
  type SubmitOnboardingBody,
  type SubmitTaskBody,
  type WirePacket,
} from "../protocol/index.js";
import { RoutedAgents, type RoutedAgent } from "./agents.js";

/** How a router finds out that a client is lost: by the age of its heartbeat, or also by the close of its socket. */
export type LossDetection = "heartbeat" | "close";

export interface RouterOptions {
  /** ms since the epoch. */
  readonly now: () => number;
  readonly newRequestId: () => string;
  readonly detection: LossDetection;
  /** The most packets that are kept for an agent without a socket. */
  readonly unsentLimit?: number;
  /** With detection `close`: how long a client may take to come back, ms. */
  readonly graceMs?: number;
}

/** Something that a router does. */
export type RouterOutput<Socket> =
  | { readonly kind: "to-backend"; readonly packet: WirePacket }
  | { readonly kind: "to-client"; readonly socket: Socket; readonly packet: WirePacket }
  /** Answers the pending HTTP request of that id. */
  | { readonly kind: "answer"; readonly requestId: string; readonly packet: WirePacket<"agent_details"> }
  /** Not passed on. */
  | { readonly kind: "dropped"; readonly why: DropReason; readonly packet: WirePacket };

export type DropReason =
  /** No backend is attached. */
  | "no-backend"
  /** Too much was kept for an agent without a socket; the oldest packet is dropped. */
  | "too-many-unsent"
  /** The socket has too many agents. */
  | "too-many-agents"
  /** The agent was forgotten. */
  | "forgotten-agent"
  /** A client sent what only a router or the backend sends. */
  | "not-for-clients"
  /** The backend sent what only clients send. */
  | "not-for-backends"
  /** The answer to a request that is not, or no longer, pending. */
  | "no-request";

/** An HTTP request that the backend has to answer. */
export interface PendingRequest<Socket> {
  readonly requestId: string;
  readonly outputs: readonly RouterOutput<Socket>[];
}

/** The statuses in which a client has to send heartbeats. */
const LIVE: ReadonlySet<AgentStatus> = new Set<AgentStatus>(["onboarding", "waiting", "in task"]);

/** How many forgotten agents are remembered, so that what comes for them late is dropped. */
const FORGOTTEN_KNOWN = 10_000;
/** How many agents that the backend gave to clients are remembered: one may be lost before its first status. */
const GIVEN_KNOWN = 10_000;

export class RouterState<Socket> {
  readonly #options: RouterOptions;
  readonly #unsentLimit: number;
  readonly #graceMs: number;
  readonly #agents = new RoutedAgents<Socket>();
  readonly #pending = new Set<string>();
  readonly #forgotten = new RecentIds(FORGOTTEN_KNOWN);
  readonly #given = new RecentIds(GIVEN_KNOWN);
  #hasBackend = false;
  #lastBackendSignAt: number;

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#unsentLimit = options.unsentLimit ?? limits.UNSENT_PACKETS;
    this.#graceMs = options.graceMs ?? limits.RECONNECT_GRACE_MS;
    this.#lastBackendSignAt = options.now();
  }

  get hasBackend(): boolean {
    return this.#hasBackend;
  }

  /** How many requests the backend has not answered. */
  get pendingRequests(): number {
    return this.#pending.size;
  }

  /** How many agents it knows. */
  get agents(): number {
    return this.#agents.size;
  }

  /** The backend's last status of the agent, or `disconnect`; undefined when it does not know the agent. */
  statusOf(agentId: string): AgentStatus | undefined {
    return this.#agents.get(agentId)?.status;
  }

  /** The socket of the agent's client, if it has one. */
  socketOf(agentId: string): Socket | undefined {
    return this.#agents.get(agentId)?.socket;
  }

  /** Agents whose client is on the socket. */
  agentsOn(socket: Socket): readonly string[] {
    return this.#agents.on(socket).map(({ agentId }) => agentId);
  }

  /** A socket has said that it is the backend's. */
  attachBackend(): void {
    this.#hasBackend = true;
  }

  /** The backend's socket has closed. What is sent to it is dropped until there is another. */
  detachBackend(): void {
    this.#hasBackend = false;
  }

  /** The backend has shown that it is there. The heartbeats' answers say when it last did. */
  noteBackendSign(): void {
    this.#lastBackendSignAt = this.#options.now();
  }

  /** A packet of the backend. */
  fromBackend(packet: WirePacket): RouterOutput<Socket>[] {
    const received = { ...packet, router_incoming_timestamp: this.#options.now() };
    switch (received.packet_type) {
      case "alive":
        this.attachBackend();
        return [];
      case "agent_details":
        return this.#answer(received);
      case "update_status":
        return this.#onStatus(received);
      case "client_bound_live_update":
        return this.#forward(received);
      case "request_statuses":
        return this.#onStatusRequest(received);
      default:
        return [{ kind: "dropped", why: "not-for-backends", packet }];
    }
  }

  /** A packet of a client. */
  fromClient(socket: Socket, packet: WirePacket): RouterOutput<Socket>[] {
    switch (packet.packet_type) {
      case "alive":
        return this.#onAlive(socket, packet);
      case "heartbeat":
        return this.#onHeartbeat(socket, packet);
      case "mephisto_bound_live_update":
      case "log_error":
        return this.#toBackend({ ...packet, router_incoming_timestamp: this.#options.now() });
      default:
        return [{ kind: "dropped", why: "not-for-clients", packet }];
    }
  }

  /** A client's socket has closed. Nothing is kept of an agent that only its client has named, or that is forgotten. */
  socketClosed(socket: Socket): void {
    const isKept = (agentId: string): boolean => this.#given.has(agentId) && !this.#forgotten.has(agentId);
    for (const { agentId, status, unsent } of this.#agents.release(socket, this.#options.now()))
      if (status === "none" && unsent.length === 0 && !isKept(agentId)) this.#agents.forget(agentId);
  }

  /**
   * A packet could not be sent on the socket, which is closing: its client counts as gone, and what the backend sent
   * waits for its next socket.
   */
  undelivered(socket: Socket, packet: WirePacket): RouterOutput<Socket>[] {
    this.socketClosed(socket);
    return packet.packet_type === "heartbeat" ? [] : this.#forward(packet);
  }

  /**
   * Finds lost clients. With detection `close` it is to be called now and then; the backend's request for statuses does
   * it too.
   */
  findLosses(): RouterOutput<Socket>[] {
    const now = this.#options.now();
    const outputs: RouterOutput<Socket>[] = [];
    const found: Record<string, AgentStatus> = {};
    for (const agent of this.#agents.all()) {
      if (!this.#isLost(agent, now)) continue;
      found[agent.agentId] = "disconnect";
      outputs.push(...this.#markLost(agent));
    }
    if (Object.keys(found).length === 0) return [];
    const data = { packet_type: "return_statuses", subject_id: limits.BACKEND_SUBJECT, data: found } as const;
    return [...outputs, ...this.#toBackend(data)];
  }

  /** `POST /request_agent` */
  requestAgent({ provider_data, ...times }: RequestAgentBody): PendingRequest<Socket> {
    const requestId = this.#options.newRequestId();
    const data = { provider_data, request_id: requestId };
    return this.#request(requestId, { packet_type: "register_agent", subject_id: requestId, data, ...times });
  }

  /** `POST /submit_onboarding`. The onboarding agent is forgotten. */
  submitOnboarding({ agent_id, provider_data, ...times }: SubmitOnboardingBody): PendingRequest<Socket> {
    const requestId = this.#options.newRequestId();
    const data = { ...provider_data, request_id: requestId };
    const pending = this.#request(requestId, {
      packet_type: "submit_onboarding",
      subject_id: agent_id,
      data,
      ...times,
    });
    this.forget(agent_id);
    return pending;
  }

  /** `POST /submit_task`. The original forgets the agent with it ({@link forget}). */
  submitTask({ agent_id, final_data, ...times }: SubmitTaskBody): RouterOutput<Socket>[] {
    return this.#post("submit_unit", agent_id, final_data, times);
  }

  /** `POST /submit_metadata` */
  submitMetadata({ agent_id, metadata, ...times }: SubmitMetadataBody): RouterOutput<Socket>[] {
    return this.#post("submit_metadata", agent_id, metadata, times);
  }

  /** `POST /log_error` */
  logError({ agent_id, error_data, ...times }: LogErrorBody): RouterOutput<Socket>[] {
    return this.#post("log_error", agent_id, error_data, times);
  }

  /** An HTTP request is answered without the backend, or its client has gone: an answer that still comes is dropped. */
  cancelRequest(requestId: string): void {
    this.#pending.delete(requestId);
  }

  /** The agent's work is over for its client. What still comes for it is dropped. */
  forget(agentId: string): void {
    this.#agents.forget(agentId);
    this.#forgotten.add(agentId);
  }

  #request(requestId: string, packet: WirePacket): PendingRequest<Socket> {
    const outputs = this.#toBackend({ ...packet, router_incoming_timestamp: this.#options.now() });
    if (this.#hasBackend) this.#pending.add(requestId);
    return { requestId, outputs };
  }

  #post(
    packet_type: "submit_unit" | "submit_metadata" | "log_error",
    subject_id: string,
    data: Json,
    times: { readonly client_timestamp?: number },
  ): RouterOutput<Socket>[] {
    return this.#toBackend({
      packet_type,
      subject_id,
      data,
      ...times,
      router_incoming_timestamp: this.#options.now(),
    });
  }

  #onAlive(socket: Socket, packet: WirePacket<"alive">): RouterOutput<Socket>[] {
    const known = this.#agents.get(packet.subject_id);
    if (known?.socket !== socket && this.#agents.on(socket).length >= limits.SOCKET_AGENTS)
      return [{ kind: "dropped", why: "too-many-agents", packet }];
    const agent = known ?? this.#agents.findOrCreate(packet.subject_id);
    this.#agents.bind(agent, socket);
    const outputs = this.#sendStatus(agent);
    for (const unsent of agent.unsent.splice(0)) outputs.push(this.#toClient(socket, unsent));
    return outputs;
  }

  #onHeartbeat(socket: Socket, packet: WirePacket<"heartbeat">): RouterOutput<Socket>[] {
    const now = this.#options.now();
    const agent = this.#agents.get(packet.subject_id);
    if (agent !== undefined) {
      agent.lastHeartbeatAt = now;
      if (agent.socket !== undefined) this.#agents.bind(agent, socket);
    }
    const last_mephisto_ping = Math.floor(this.#lastBackendSignAt);
    const data = { last_mephisto_ping, ...(agent !== undefined && { status: agent.status }) };
    return [this.#toClient(socket, { ...packet, data, router_incoming_timestamp: now })];
  }

  #onStatus(packet: WirePacket<"update_status">): RouterOutput<Socket>[] {
    const { subject_id: agentId, data } = packet;
    const agent = this.#agents.get(agentId);
    if (agent !== undefined) agent.status = data.status;
    // There is no client to tell, and an entry for an agent that has ended would stay.
    else if (this.#forgotten.has(agentId) || isFinal(data.status))
      return [{ kind: "dropped", why: "forgotten-agent", packet }];
    else this.#agents.findOrCreate(agentId).status = data.status;
    return this.#forward(packet);
  }

  #onStatusRequest(packet: WirePacket<"request_statuses">): RouterOutput<Socket>[] {
    this.noteBackendSign();
    const now = this.#options.now();
    const outputs: RouterOutput<Socket>[] = [];
    const statuses: [string, AgentStatus][] = [];
    for (const agent of this.#agents.all()) {
      if (this.#isLost(agent, now)) outputs.push(...this.#markLost(agent));
      statuses.push([agent.agentId, agent.status]);
    }
    const { server_timestamp: client_timestamp, router_incoming_timestamp } = packet;
    return [
      ...outputs,
      ...this.#toBackend({
        packet_type: "return_statuses",
        subject_id: limits.BACKEND_SUBJECT,
        data: Object.fromEntries(statuses),
        ...(client_timestamp !== undefined && { client_timestamp }),
        ...(router_incoming_timestamp !== undefined && { router_incoming_timestamp }),
      }),
    ];
  }

  #isLost({ status, lastHeartbeatAt, closedAt }: RoutedAgent<Socket>, now: number): boolean {
    if (!LIVE.has(status)) return false;
    if (this.#options.detection === "close" && closedAt !== undefined && now - closedAt >= this.#graceMs) return true;
    return lastHeartbeatAt !== undefined && now - lastHeartbeatAt > limits.HEARTBEAT_LIMIT_MS;
  }

  #markLost(agent: RoutedAgent<Socket>): RouterOutput<Socket>[] {
    agent.status = "disconnect";
    return this.#sendStatus(agent);
  }

  #sendStatus({ agentId, status }: RoutedAgent<Socket>): RouterOutput<Socket>[] {
    return this.#forward({ packet_type: "update_status", subject_id: agentId, data: { status } });
  }

  #answer(packet: WirePacket<"agent_details">): RouterOutput<Socket>[] {
    const { request_id: requestId, agent_id: agentId } = packet.data;
    if (agentId !== null) this.#given.add(agentId);
    if (!this.#pending.delete(requestId)) return [{ kind: "dropped", why: "no-request", packet }];
    return [{ kind: "answer", requestId, packet }];
  }

  /** Sends to the client of the packet's agent, now or when it has a socket. */
  #forward(packet: WirePacket): RouterOutput<Socket>[] {
    if (this.#agents.get(packet.subject_id) === undefined && this.#forgotten.has(packet.subject_id))
      return [{ kind: "dropped", why: "forgotten-agent", packet }];
    const agent = this.#agents.findOrCreate(packet.subject_id);
    if (agent.socket !== undefined) return [this.#toClient(agent.socket, packet)];
    agent.unsent.push(packet);
    if (agent.unsent.length <= this.#unsentLimit) return [];
    const oldest = agent.unsent.shift();
    return oldest === undefined ? [] : [{ kind: "dropped", why: "too-many-unsent", packet: oldest }];
  }

  #toClient(socket: Socket, packet: WirePacket): RouterOutput<Socket> {
    return { kind: "to-client", socket, packet: { ...packet, router_outgoing_timestamp: this.#options.now() } };
  }

  #toBackend(packet: WirePacket): RouterOutput<Socket>[] {
    if (!this.#hasBackend) return [{ kind: "dropped", why: "no-backend", packet }];
    return [{ kind: "to-backend", packet: { ...packet, router_outgoing_timestamp: this.#options.now() } }];
  }
}

/** Whether the outputs have something that was not passed on because there is no backend. */
export function isWithoutBackend(outputs: readonly RouterOutput<unknown>[]): boolean {
  return outputs.some((output) => output.kind === "dropped" && output.why === "no-backend");
}
