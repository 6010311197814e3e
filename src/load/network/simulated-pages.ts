/**
 * The pages of simulated workers at the router of the run (`--listen`): without a socket each, but otherwise as the
 * router has browsers. A page registers, says `alive`, has its heartbeats, sends and gets live updates in the task's
 * dialect, and submits. What it sees is the evidence from outside.
 *
 * As by Mephisto's router, the submit of a task is answered at once, before the backend has it: the worker gets
 * `Submitted!` for a submit that may still be lost.
 */
import { getOrCreate, isFinal, isOnboardingId } from "../../vocabulary/index.js";
import type { ChannelPacket, LiveUpdateData, PacketType } from "../../platform/live/index.js";
import { limits, type AgentDetails, type WirePacket } from "../../platform/server/protocol/index.js";
import type { RouterCore } from "../../platform/server/router-server/index.js";
import type { Reactor } from "../../platform/sync/index.js";
import { REPLY_BOUND_MS, type OutsideAgentEvidence } from "../check/index.js";
import type { CounterName } from "../measure/index.js";
import type { ToPage, ToRouter } from "./channel-messages.js";
import type { Dialect } from "./dialects/index.js";
import { Heartbeats } from "./heartbeats.js";
import type { NetworkNotes } from "./network-notes.js";
import { PendingRequests } from "./pending-requests.js";
import { FAILED_REGISTRATION, noteDetails, providerDataOf, type RegistrationTarget } from "./registration.js";
import { isWithoutReplies, Replies } from "./replies.js";
import { SimulatedPage } from "./simulated-page.js";

export interface SimulatedPagesOptions extends RegistrationTarget {
  readonly reactor: Reactor;
  /** Counts what is of the worker with this registration. */
  readonly count: (name: CounterName, registrationId: string) => void;
  readonly core: RouterCore;
  readonly dialect: Dialect;
  /** Whether an assignment has several workers. */
  readonly hasPartners: boolean;
  /** How long a request may take, ms. */
  readonly requestTimeoutMs: number;
  /** browser: a page gives up when the backend has been silent for 20 s. */
  readonly rules: "direct" | "browser";
  readonly notes: NetworkNotes;
  /** The time of the day, ms since the epoch. */
  readonly wallClock: () => number;
  /** Sends to the thread that carries the page's worker. */
  readonly toWorker: (shard: number, message: ToPage) => void;
}

export class SimulatedPages {
  readonly #options: SimulatedPagesOptions;
  readonly #pages = new Map<string, SimulatedPage>();
  readonly #secondTabs = new Map<string, SimulatedPage>();
  readonly #heartbeats = new Heartbeats<SimulatedPage>();
  /** Pages whose submit waits for replies, in the order of their times. */
  readonly #submitting = new Set<SimulatedPage>();
  readonly #requests = new PendingRequests();
  /** Whether pages send heartbeats even when their worker is gone: the rule by which a loss is found is off. */
  areHeartbeatsIgnored = false;
  /** Whether a page that registers now gets a second tab, and how much later, ms. */
  secondTabOf: (registrationId: string) => number | undefined = () => undefined;
  readonly #replies: Replies;
  readonly #events = {
    receive: (page: SimulatedPage, packet: WirePacket): void => this.#deliver(page, packet),
    count: (name: CounterName, registrationId: string): void => this.#options.count(name, registrationId),
  };

  constructor(options: SimulatedPagesOptions) {
    this.#options = options;
    this.#replies = new Replies(options);
  }

  /** How many requests of workers the backend has not answered. */
  get pendingRequests(): number {
    return this.#requests.size;
  }

  /** A message of a worker. */
  handle(shard: number, message: ToRouter): void {
    const page = this.#pageOf(message.page, shard);
    if (message.kind === "gone") {
      this.#leave(page, message.how);
      return;
    }
    const { type, subject, data } = message;
    switch (type) {
      case "register_agent": {
        page.workerName = data["worker_name"] as string;
        page.state = "open";
        page.visit++;
        page.isHalfOpen = false;
        this.#register(page);
        this.#openSecondTab(page);
        return;
      }
      case "submit_onboarding":
        this.#submitOnboarding(page, subject, data);
        return;
      case "submit_unit":
        this.#afterReplies(page, () => this.#submitTask(page, subject, data));
        return;
      case "mephisto_bound_live_update":
        this.#sendUpdate(page, subject, data as LiveUpdateData);
        return;
      default:
        throw new TypeError(`a worker sends no packet of type ${type}`);
    }
  }

  /** To be called several times a second: heartbeats, and requests that have taken too long. */
  tick(): void {
    const now = this.#now;
    this.#heartbeats.run(now, (page) => this.#beat(page, now));
    this.#requests.expire(now, (requestId, page) => {
      this.#options.core.cancel(requestId);
      page.count("requests_failed");
    });
    for (const page of this.#submitting) {
      if (page.submitting !== undefined && page.submitting.dueAt > now) break;
      this.#replies.noteVainWait();
      this.#endWait(page);
    }
  }

  /** The router's packet for a page. */
  #deliver(page: SimulatedPage, packet: WirePacket): void {
    if (page.state === "gone" || page.isHalfOpen) {
      if (packet.packet_type !== "heartbeat") page.count("packets_lost");
      return;
    }
    switch (packet.packet_type) {
      case "update_status": {
        const { status } = packet.data;
        const agent = this.#options.notes.agent(packet.subject_id);
        if (agent !== undefined) this.#options.notes.noteStatus(agent, status, this.#now);
        if (packet.subject_id !== page.agentId) return;
        this.#push(page, "update_status", packet.subject_id, { status });
        // There will be no more replies, and a page whose agent is over submits nothing.
        if (isFinal(status)) this.#submitting.delete(page);
        else if (isWithoutReplies(status)) this.#endWait(page);
        return;
      }
      case "client_bound_live_update":
        if (packet.subject_id === page.agentId) this.#onTaskPacket(page, packet.data);
        return;
      case "heartbeat":
        if (packet.data !== undefined) this.#onHeartbeat(page, packet.data.last_mephisto_ping);
        return;
      default:
    }
  }

  /** The backend has answered a request that is not pending: it was answered before, or has failed. */
  onUnrequested({ request_id, agent_id }: AgentDetails): void {
    const { notes } = this.#options;
    const page = this.#requests.pageOf(request_id);
    if (page === undefined) return;
    page.count("packets_duplicated");
    if (agent_id === null) return;
    const registration = notes.registration(page.registrationId, page.workerName);
    const { agent, isNew } = notes.given(registration, agent_id, isOnboardingId(agent_id), this.#now);
    // No page has it.
    if (!isNew) return;
    page.count("agents_registered");
    agent.goneAtMs = this.#now;
  }

  /** The sockets of some pages die without a close frame. `isChosen` is asked for each page that has one. */
  breakSockets(isChosen: (registrationId: string) => boolean): number {
    let broken = 0;
    for (const page of this.#pages.values()) {
      if (page.state === "gone" || page.agentId === undefined || page.isHalfOpen || !isChosen(page.registrationId))
        continue;
      page.isHalfOpen = true;
      page.conversation?.leave();
      broken++;
    }
    return broken;
  }

  /** Pages whose socket is dead notice it, and open another. */
  reopenSockets(): void {
    for (const page of this.#pages.values()) {
      if (!page.isHalfOpen) continue;
      page.isHalfOpen = false;
      page.conversation?.leave();
      page.visit++;
      if (page.state === "open" && page.agentId !== undefined) this.#sayAlive(page, page.agentId);
    }
  }

  get #now(): number {
    return this.#options.reactor.clock.now();
  }

  /** When a request that is sent now has to be answered. */
  get #dueAt(): number {
    return this.#now + this.#options.requestTimeoutMs;
  }

  #pageOf(registrationId: string, shard: number): SimulatedPage {
    const create = (): SimulatedPage => new SimulatedPage(registrationId, shard, false, this.#events);
    return getOrCreate(this.#pages, registrationId, create);
  }

  #register(page: SimulatedPage): void {
    const { core, notes, wallClock } = this.#options;
    const { registrationId, workerName } = page;
    const registration = notes.registration(registrationId, workerName);
    registration.asked++;
    const provider_data = providerDataOf(this.#options, page);
    const { visit } = page;
    const fail = (): void => {
      registration.failed++;
      notes.failed("POST /request_agent: the backend did not answer", this.#now);
      this.#push(page, "agent_details", registrationId, FAILED_REGISTRATION);
    };
    const answered = (packet: WirePacket<"agent_details">): void => this.#onDetails(page, visit, packet.data);
    const body = { provider_data, client_timestamp: wallClock() };
    this.#requests.send(page, this.#dueAt, fail, answered, (done) => core.requestAgent(body, done));
  }

  #submitOnboarding(page: SimulatedPage, agentId: string, onboarding_data: ChannelPacket["data"]): void {
    const { core, notes, wallClock } = this.#options;
    const submit = this.#noteSubmit(page);
    const { visit } = page;
    const fail = (): void => {
      if (submit !== undefined) submit.failure = "the backend did not answer";
      notes.failed("POST /submit_onboarding: the backend did not answer", this.#now);
      this.#push(page, "log_error", agentId, { request_failed: true });
    };
    const answered = ({ data }: WirePacket<"agent_details">): void => {
      if (submit !== undefined) submit.answeredAtMs = this.#now;
      page.count(data.agent_id === null ? "onboarding_failed" : "onboarding_passed");
      if (page.visit === visit) this.#push(page, "submit_onboarding", agentId, {});
      this.#onDetails(page, visit, data);
    };
    const body = { agent_id: agentId, provider_data: { onboarding_data }, client_timestamp: wallClock() };
    this.#requests.send(page, this.#dueAt, fail, answered, (done) => core.submitOnboarding(body, done));
  }

  #afterReplies(page: SimulatedPage, submit: () => void): void {
    if (!this.#replies.mustWait(page)) {
      submit();
      return;
    }
    page.submitting = { submit, dueAt: this.#now + REPLY_BOUND_MS };
    this.#submitting.add(page);
  }

  /** The submit that waits for replies, if there is one, waits no more. */
  #endWait(page: SimulatedPage): void {
    const { submitting } = page;
    page.submitting = undefined;
    if (this.#submitting.delete(page)) submitting?.submit();
  }

  /** Answered at once, as by Mephisto's router. */
  #submitTask(page: SimulatedPage, agentId: string, final_data: ChannelPacket["data"]): void {
    const { core, wallClock } = this.#options;
    const submit = this.#noteSubmit(page);
    page.isHalfOpen = false;
    core.submitTask({ agent_id: agentId, final_data, client_timestamp: wallClock() });
    const now = this.#now;
    if (submit !== undefined) submit.answeredAtMs = now;
    this.#push(page, "submit_unit", agentId, { sent_at: now });
  }

  #noteSubmit({ agent }: SimulatedPage): OutsideAgentEvidence["submit"] {
    if (agent === undefined) return undefined;
    agent.submit = { sentAtMs: this.#now };
    return agent.submit;
  }

  #sendUpdate(page: SimulatedPage, agentId: string, update: LiveUpdateData): void {
    const { conversation, agent } = page;
    const { core, wallClock } = this.#options;
    if (conversation === undefined || agent === undefined) return;
    const data = conversation.send(update);
    agent.sent = Math.max(agent.sent, update.number);
    if (page.isHalfOpen) {
      page.count("packets_lost");
      return;
    }
    core.fromPeer(page, {
      packet_type: "mephisto_bound_live_update",
      subject_id: agentId,
      data,
      client_timestamp: wallClock(),
    });
  }

  #onTaskPacket(page: SimulatedPage, data: WirePacket<"client_bound_live_update">["data"]): void {
    const { conversation, agentId } = page;
    const forWorker = this.#replies.receive(page, data);
    if (forWorker === undefined || agentId === undefined) return;
    this.#push(page, "client_bound_live_update", agentId, forWorker);
    if (conversation?.expected.length === 0)
      this.#endWait(page.isSecondTab ? this.#pageOf(page.registrationId, page.shard) : page);
  }

  /** The backend has given an agent, or none. */
  #onDetails(page: SimulatedPage, visit: number, details: AgentDetails): void {
    const isHere = page.visit === visit && page.state === "open";
    const given = noteDetails(details, page, isHere, this.#options.notes, this.#now);
    if (given === undefined) return;
    if (typeof given === "string") {
      this.#push(page, "agent_details", page.registrationId, { failure_reason: given });
      return;
    }
    const { agentId: agent_id, submit } = given;
    // The worker learns of its agent before it learns of the agent's status.
    this.#push(page, "agent_details", page.registrationId, { agent_id });
    // The answer came while the worker was away.
    if (submit?.answeredAtMs === undefined || given.isOnboarding) this.#open(page, given);
    else this.#push(page, "submit_unit", agent_id, { sent_at: submit.answeredAtMs });
  }

  /** The page of an agent opens its socket. */
  #open(page: SimulatedPage, agent: OutsideAgentEvidence): void {
    const { agentId } = agent;
    const first = page.isSecondTab ? this.#pages.get(page.registrationId) : undefined;
    this.#replies.begin(page, agent, this.#now, first?.agentId === agentId ? first.conversation : undefined);
    if (this.#options.dialect.live !== false) this.#sayAlive(page, agentId);
  }

  #sayAlive(page: SimulatedPage, agentId: string): void {
    const { core, wallClock } = this.#options;
    core.fromPeer(page, { packet_type: "alive", subject_id: agentId, data: {}, client_timestamp: wallClock() });
    this.#heartbeats.start(page, this.#now);
  }

  /** Returns whether the page has a next heartbeat. */
  #beat(page: SimulatedPage, now: number): boolean {
    const { agentId, agent } = page;
    if (page.state === "gone" && !this.areHeartbeatsIgnored) return false;
    if (agentId === undefined || agent === undefined || agent.submit?.answeredAtMs !== undefined) return false;
    if (page.isHalfOpen && !this.areHeartbeatsIgnored) return true;
    const { core, wallClock } = this.#options;
    core.fromPeer(page, { packet_type: "heartbeat", subject_id: agentId, client_timestamp: wallClock() });
    if (page.state === "open" && !page.isHalfOpen) agent.heartbeatAtMs = now;
    return true;
  }

  #onHeartbeat(page: SimulatedPage, lastPing: number): void {
    const { rules, wallClock, notes } = this.#options;
    const silentMs = wallClock() - lastPing;
    if (rules !== "browser" || silentMs <= limits.CLIENT_BACKEND_DEAD_MS || page.agentId === undefined) return;
    notes.failed("the page gave up: the backend has been silent for 20 s", this.#now);
    this.#push(page, "log_error", page.agentId, { request_failed: true });
  }

  /** The worker is gone from its page. The router gets no message of it, as Mephisto's does not: the heartbeats end. */
  #leave(page: SimulatedPage, how: "closed" | "lost"): void {
    page.state = "gone";
    page.conversation?.leave();
    if (!this.areHeartbeatsIgnored) page.visit++;
    const { agent } = page;
    if (agent !== undefined && agent.submit?.answeredAtMs === undefined) agent.goneAtMs ??= this.#now;
    if (how === "lost") return;
    this.#replies.noteUnanswered(page, this.#now);
    this.#options.core.closed(page);
    this.#pages.delete(page.registrationId);
    this.#closeSecondTab(page);
  }

  /** A second tab of the worker registers with the same registration id. */
  #openSecondTab(page: SimulatedPage): void {
    const { registrationId, shard, workerName } = page;
    const afterMs = this.#secondTabs.has(registrationId) ? undefined : this.secondTabOf(registrationId);
    if (afterMs === undefined) return;
    const { reactor } = this.#options;
    const tab = new SimulatedPage(registrationId, shard, true, this.#events);
    tab.workerName = workerName;
    this.#secondTabs.set(registrationId, tab);
    reactor.at(this.#now + afterMs, () => {
      if (this.#secondTabs.get(registrationId) === tab) this.#register(tab);
    });
  }

  #closeSecondTab({ registrationId }: SimulatedPage): void {
    const tab = this.#secondTabs.get(registrationId);
    if (tab === undefined) return;
    tab.state = "gone";
    tab.visit++;
    this.#options.core.closed(tab);
  }

  #push(page: SimulatedPage, type: PacketType, subject: string, data: ChannelPacket["data"]): void {
    if (page.state === "open" && !page.isSecondTab)
      this.#options.toWorker(page.shard, { page: page.registrationId, type, subject, data });
  }
}
