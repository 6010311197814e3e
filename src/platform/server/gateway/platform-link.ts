/**
 * The platform as the backend of a router: translates between the packets of Mephisto's wire and those of a channel.
 *
 * | wire                                        | channel                                                              |
 * | ------------------------------------------- | -------------------------------------------------------------------- |
 * | registration by request id                  | by registration id; one answer serves all requests that wait for it  |
 * | answer to an onboarding's submit            | acknowledgement, `approved` or `rejected`, then details              |
 * | live update: any object                     | numbered, with the time it came, resent when there was no room       |
 * | a submit's data: any JSON                   | an object; other JSON is in its field `data`                         |
 * | every status at every poll                  | the agents whose client is lost                                      |
 * | times since the epoch                       | times on the run's clock                                             |
 */
import { isFinal, isOnboardingId, type AgentStatus, AGENT_STATUSES } from "../../../vocabulary/index.js";
import { createOutbox, REFUSALS, type Channel, type ChannelPacket, type Outbox } from "../../live/index.js";
import type { Json } from "../../sync/index.js";
import {
  FAILURE_REASONS,
  isJsonObject,
  limits,
  updateIdOf,
  type JsonObject,
  type WirePacket,
} from "../protocol/index.js";
import type { GatewayOptions } from "./gateway-options.js";
import { LiveUpdates } from "./live-updates.js";
import { isLive, WebAgents, type SubmitOutcome, type WebAgent } from "./web-agents.js";

/** How long refused live updates wait before they are sent again, ms. */
const RESEND_MS = 20;
/** How often the platform is asked for a sign of life, ms. */
const SIGN_MS = 2000;
/** Registrations of browsers begin with it: simulated workers on the same platform have ids of their own. */
const REGISTRATION_PREFIX = "web/";
/** The subject of the packets that the platform echoes. */
const ECHO_SUBJECT = "gateway";

/** Where the platform's packets go: the router. */
export interface PlatformLinkHandlers {
  fromPlatform(packet: WirePacket): void;
  /** The platform has shown that it is there. */
  onSign(): void;
}

export type UpdateRefusal = "unknown-agent" | "after-the-end" | "too-large" | "too-many";

export class PlatformLink {
  readonly agents = new WebAgents();
  readonly #options: GatewayOptions;
  readonly #handlers: PlatformLinkHandlers;
  #outbox: Outbox<ChannelPacket> | undefined;
  #channel: Channel | undefined;
  /** The number of the last echo that was asked for, and of the last that came. */
  #asked = 0;
  #echoed = 0;
  /** Agents with updates that were sent since the last echo was asked for. */
  readonly #unechoed = new Set<WebAgent>();
  #isClosed = false;

  constructor(options: GatewayOptions, handlers: PlatformLinkHandlers) {
    this.#options = options;
    this.#handlers = handlers;
  }

  /** Sends on the channel from now on. */
  use(channel: Channel): void {
    const { reactor } = this.#options;
    this.#channel = channel;
    this.#outbox = createOutbox<ChannelPacket>(
      reactor,
      (packet) => !channel.isAlive() || channel.enqueueSend(packet),
      () => undefined,
    );
    channel.open();
    const ask = (): void => {
      if (this.#isClosed) return;
      this.#askEcho();
      reactor.at(reactor.clock.now() + SIGN_MS, ask);
    };
    ask();
  }

  get isAlive(): boolean {
    return this.#channel?.isAlive() === true && !this.#isClosed;
  }

  /** Live updates that the platform has not accepted. */
  get waitingUpdates(): number {
    let waiting = 0;
    for (const { updates } of this.agents.all()) waiting += updates.waiting;
    return waiting;
  }

  /** The platform notices that the clients of all agents are gone. */
  close(): void {
    const lost = [...this.agents.all()].filter(isLive).map(({ agentId }) => agentId);
    if (lost.length > 0) this.#reportLost(lost);
    this.#isClosed = true;
  }

  /** Whether another registration is within the limit. */
  admits(registrationId: string): boolean {
    const id = REGISTRATION_PREFIX + registrationId;
    return this.agents.isRegistered(id) || this.agents.registrations < this.#options.limits.registrations;
  }

  /** A packet of the router for its backend. */
  toPlatform(packet: WirePacket): void {
    switch (packet.packet_type) {
      case "register_agent":
        return this.#register(packet);
      case "submit_onboarding":
        return this.#submitOnboarding(packet);
      case "submit_metadata":
        return this.#send("submit_metadata", packet.subject_id, asObject(packet.data));
      case "log_error":
        return this.#send("log_error", packet.subject_id, asObject(packet.data));
      case "return_statuses": {
        const lost = Object.keys(packet.data).filter((agentId) => this.#isNewlyLost(agentId, packet.data[agentId]));
        if (lost.length > 0) this.#reportLost(lost);
        return;
      }
      default:
        return;
    }
  }

  /** Passes a live update on. Undefined when it was, otherwise why not. */
  update({ subject_id, data }: WirePacket<"mephisto_bound_live_update">): UpdateRefusal | undefined {
    const agent = this.agents.get(subject_id);
    if (agent === undefined) return "unknown-agent";
    if (!isLive(agent) || agent.updates.isClosed) return "after-the-end";
    if (agent.updates.waiting >= this.#options.limits.waitingUpdates) return "too-many";
    const now = this.#options.reactor.clock.now();
    const update_id = updateIdOf(data) ?? this.#options.ids.next();
    const text = textOf(data);
    // Room for the times that the platform adds.
    if (Buffer.byteLength(JSON.stringify({ ...data, text })) > this.#options.updateBytes - 400) return "too-large";
    this.#remember(agent, data);
    const origin = { number: data["number"], requestId: data["request_id"] };
    const number = agent.updates.add(
      (count) => ({ ...data, update_id, number: count, intended_at: now, text }),
      origin,
    );
    this.#options.observer.updateSent(agent.agentId, number);
    return undefined;
  }

  /** Submits the work on a unit, after its live updates. `answer` is called once. */
  submit(agent: WebAgent, data: Json, answer: (outcome: SubmitOutcome) => void): void {
    if (!isLive(agent)) {
      answer(agent.status === "completed" ? { kind: "committed" } : { kind: "ended", status: agent.status });
      return;
    }
    agent.submits.push(answer);
    agent.updates.close(() => this.#send("submit_unit", agent.agentId, asObject(data)));
  }

  /** A packet of the platform. */
  onMessage(packet: ChannelPacket): void {
    // The gateway has closed: no client would receive it.
    if (this.#isClosed) return;
    this.#handlers.onSign();
    const { packet_type, subject_id, data } = packet;
    switch (packet_type) {
      case "alive":
        return this.#onEcho();
      case "agent_details":
        return this.#onDetails(subject_id, data);
      case "update_status":
        return this.#onStatus(subject_id, data["status"]);
      case "client_bound_live_update":
        return this.#onUpdate(subject_id, data);
      case "submit_unit":
        return this.#onSubmitted(subject_id, { kind: "committed" });
      case "submit_onboarding":
        return this.#options.observer.submitAcknowledged(subject_id);
      case "request_statuses":
        return this.#handlers.fromPlatform({ packet_type, subject_id: limits.BACKEND_SUBJECT, data: {} });
      case "log_error":
        return this.#onRefusal(subject_id, data["send_again_from"]);
      default:
        return;
    }
  }

  #register({ data: { provider_data, request_id } }: WirePacket<"register_agent">): void {
    const registrationId = `${REGISTRATION_PREFIX}${provider_data["agent_registration_id"] as string}`;
    this.agents.await(registrationId, request_id);
    this.#send("register_agent", registrationId, { worker_name: provider_data["worker_name"] });
  }

  #submitOnboarding({ subject_id, data }: WirePacket<"submit_onboarding">): void {
    const agent = this.agents.get(subject_id);
    if (agent === undefined || !isLive(agent)) return this.#answer([data.request_id], null, "task-missing");
    this.agents.await(agent.registrationId, data.request_id);
    agent.updates.close(() => this.#send("submit_onboarding", subject_id, asObject(data.onboarding_data)));
  }

  #onDetails(registrationId: string, data: ChannelPacket["data"]): void {
    const { agent_id: agentId, failure_reason: reason } = data;
    const requests = this.agents.takeRequests(registrationId);
    if (reason !== undefined || typeof agentId !== "string")
      return this.#answer(requests, null, failureOf(typeof reason === "string" ? reason : ""));
    const agent = this.agents.get(agentId) ?? this.#newAgent(agentId, registrationId);
    const status = statusOf(data["status"]);
    if (status !== undefined && !isStale(status, agent.status)) this.#noteStatus(agent, status);
    this.#answer(requests, agent, undefined);
  }

  #newAgent(agentId: string, registrationId: string): WebAgent {
    const agent: WebAgent = {
      agentId,
      registrationId,
      workerId: this.#workerOf(agentId),
      status: "none",
      updates: new LiveUpdates(
        (data) => {
          this.#send("mephisto_bound_live_update", agentId, data);
          this.#unechoed.add(agent);
          if (this.#asked === this.#echoed) this.#askEcho();
        },
        () => this.#asked + 1,
      ),
      past: [],
      submits: [],
    };
    this.agents.add(agent);
    return agent;
  }

  #workerOf(agentId: string): string | null {
    const { db } = this.#options;
    const row = isOnboardingId(agentId)
      ? db.getOnboardingAgent(agentId.slice("onboarding_".length))
      : db.getAgent(agentId);
    return row?.workerId ?? null;
  }

  /** Answers requests with the agent, or with the reason why there is none. */
  #answer(
    requests: readonly string[],
    agent: WebAgent | null,
    failure: keyof typeof FAILURE_REASONS | undefined,
  ): void {
    for (const request_id of requests) {
      this.#handlers.fromPlatform({
        packet_type: "agent_details",
        subject_id: ECHO_SUBJECT,
        data: {
          request_id,
          worker_id: agent?.workerId ?? null,
          agent_id: agent?.agentId ?? null,
          init_task_data: agent === null ? null : this.#initDataOf(agent),
          failure_reason: failure === undefined ? null : FAILURE_REASONS[failure],
        },
        server_timestamp: this.#options.wallClock(),
      });
    }
  }

  #initDataOf({ agentId, past }: WebAgent): JsonObject {
    if (isOnboardingId(agentId)) return past.length === 0 ? {} : { past_live_updates: [...past] };
    return { task_data: this.#options.taskData, past_live_updates: [...past] };
  }

  #onStatus(agentId: string, sent: unknown): void {
    const agent = this.agents.get(agentId);
    const status = statusOf(sent);
    if (agent === undefined || status === undefined || isStale(status, agent.status)) return;
    this.#noteStatus(agent, status);
    // The outcome of an onboarding is in the details that follow.
    const isOutcome = isOnboardingId(agentId) && (status === "approved" || status === "rejected");
    this.#handlers.fromPlatform({
      packet_type: "update_status",
      subject_id: agentId,
      data: { status: isOutcome ? "waiting" : status },
      server_timestamp: this.#options.wallClock(),
    });
    if (isFinal(status) && !isOutcome && isOnboardingId(agentId))
      this.#answer(this.agents.takeRequests(agent.registrationId), null, "task-missing");
    if (isFinal(status) && !isOnboardingId(agentId))
      this.#onSubmitted(agentId, status === "completed" ? { kind: "committed" } : { kind: "ended", status });
  }

  #noteStatus(agent: WebAgent, status: AgentStatus): void {
    agent.status = status;
    this.#options.observer.statusSent(agent.agentId, status);
    if (isFinal(status)) agent.past.length = 0;
  }

  #onUpdate(agentId: string, data: ChannelPacket["data"]): void {
    const agent = this.agents.get(agentId);
    if (agent === undefined) return;
    const update = { ...data };
    const origin =
      typeof update["in_reply_to"] === "number" ? agent.updates.originOf(update["in_reply_to"]) : undefined;
    if (typeof origin?.number === "number" || typeof origin?.number === "string") update["in_reply_to"] = origin.number;
    if (typeof origin?.requestId === "string") {
      update["handles"] = origin.requestId;
      update["response"] = JSON.stringify(update["response"] ?? null);
    }
    // Times on the run's clock mean nothing to a browser.
    delete update["intended_at"];
    delete update["replied_at"];
    this.#remember(agent, update);
    const server_timestamp = this.#options.wallClock();
    this.#handlers.fromPlatform({
      packet_type: "client_bound_live_update",
      subject_id: agentId,
      data: update,
      server_timestamp,
    });
  }

  #remember({ past }: WebAgent, update: JsonObject): void {
    past.push(update);
    if (past.length > this.#options.limits.pastUpdates) past.shift();
  }

  #onSubmitted(agentId: string, outcome: SubmitOutcome): void {
    const agent = this.agents.get(agentId);
    if (agent === undefined) return;
    const answers = agent.submits.splice(0);
    if (outcome.kind === "committed" && answers.length > 0) this.#options.observer.submitAcknowledged(agentId);
    for (const answer of answers) answer(outcome);
  }

  #onRefusal(agentId: string, from: unknown): void {
    const agent = this.agents.get(agentId);
    const { reactor } = this.#options;
    if (agent === undefined || typeof from !== "number") return;
    if (agent.updates.refused(from))
      reactor.at(reactor.clock.now() + RESEND_MS, () => {
        if (isLive(agent)) agent.updates.resend();
      });
  }

  #askEcho(): void {
    this.#send("alive", ECHO_SUBJECT, {});
    this.#asked++;
  }

  /** Echoes come in the order in which they were asked for. */
  #onEcho(): void {
    this.#echoed++;
    for (const agent of this.#unechoed) {
      agent.updates.echoed(this.#echoed);
      if (agent.updates.waiting === 0 || !isLive(agent)) this.#unechoed.delete(agent);
    }
    if (this.#unechoed.size > 0 && this.#asked === this.#echoed) this.#askEcho();
  }

  #isNewlyLost(agentId: string, status: AgentStatus | undefined): boolean {
    const agent = this.agents.get(agentId);
    return status === "disconnect" && agent !== undefined && isLive(agent);
  }

  #reportLost(agentIds: readonly string[]): void {
    const data = Object.fromEntries(agentIds.map((agentId) => [agentId, "disconnect"]));
    this.#send("return_statuses", ECHO_SUBJECT, data);
  }

  #send(packet_type: ChannelPacket["packet_type"], subject_id: string, data: ChannelPacket["data"]): void {
    if (this.#isClosed) return;
    const now = this.#options.reactor.clock.now();
    this.#outbox?.send({ packet_type, subject_id, data, client_timestamp: now, router_incoming_timestamp: now });
  }
}

/** The order of statuses while an agent's work goes on. */
const PROGRESS: readonly AgentStatus[] = ["none", "accepted", "onboarding", "waiting", "in task"];

/**
 * Whether a status that the platform sent is older than the known one: a handle that reads the row later sends what it
 * knew before.
 */
function isStale(sent: AgentStatus, known: AgentStatus): boolean {
  const place = PROGRESS.indexOf(sent);
  const knownPlace = PROGRESS.indexOf(known);
  return place >= 0 && (knownPlace < 0 || place < knownPlace);
}

/** Which of Mephisto's sentences says to a browser what the platform says. */
function failureOf(reason: string): keyof typeof FAILURE_REASONS {
  if (reason.startsWith(REFUSALS.notQualified) || reason === REFUSALS.onboardingNotPassed) return "not-qualified";
  if (reason.startsWith(REFUSALS.agentIsOver)) return "task-missing";
  return "no-work";
}

function statusOf(sent: unknown): AgentStatus | undefined {
  return AGENT_STATUSES.find((status) => status === sent);
}

/** The text of an update for the task's code: that of a message, or the arguments of a remote procedure. */
function textOf({ text, args }: JsonObject): string {
  return typeof text === "string" ? text : typeof args === "string" ? args : "";
}

/** The data of a channel's packet is an object. */
function asObject(data: Json): JsonObject {
  return isJsonObject(data) ? data : { data };
}
