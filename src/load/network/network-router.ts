/**
 * The simulated workers' end of the network: registrations and submits by HTTP, and a WebSocket for each agent, as
 * browsers have it. The dialect translates between the workers' updates and those of the task.
 */
import { assert, getOrCreate, isOnboardingId, messageOf } from "../../vocabulary/index.js";
import type { ChannelPacket, LiveUpdateData, PacketType } from "../../platform/live/index.js";
import {
  ENDPOINTS,
  formatRequestAgent,
  formatSubmitOnboarding,
  formatSubmitTask,
  parseAgentDetailsAnswer,
  parseStatusAnswer,
  type AgentDetails,
  type JsonObject,
  type Parsed,
  type WirePacket,
} from "../../platform/server/protocol/index.js";
import type { Reactor } from "../../platform/sync/index.js";
import { REPLY_BOUND_MS, type OutsideAgentEvidence } from "../check/index.js";
import type { WorkerRecorder } from "../measure/index.js";
import type { WorkerRouter } from "../workers/index.js";
import { ClientSocket, type SocketContext, type SocketOwner } from "./client-socket.js";
import type { Dialect } from "./dialects/index.js";
import type { HttpClient } from "./http-client.js";
import type { NetworkNotes } from "./network-notes.js";
import { Page } from "./page.js";
import { FAILED_REGISTRATION, noteDetails, providerDataOf, type RegistrationTarget } from "./registration.js";
import { isWithoutReplies, Replies } from "./replies.js";
import { OutOfFilesError, TargetError, whyFailed } from "./target-error.js";

export interface NetworkRouterOptions extends RegistrationTarget {
  readonly reactor: Reactor;
  /** For what is of a socket that has no page any more. */
  readonly recorder: WorkerRecorder;
  readonly http: HttpClient;
  readonly sockets: SocketContext;
  readonly dialect: Dialect;
  /** Whether an assignment has several workers. */
  readonly hasPartners: boolean;
  /** How long a request or a handshake may take, ms. */
  readonly timeoutMs: number;
  readonly notes: NetworkNotes;
  /** Nothing more can succeed: why, one line. */
  readonly onFatal: (why: string) => void;
}

export class NetworkRouter implements WorkerRouter, SocketOwner {
  readonly #options: NetworkRouterOptions;
  readonly #pages = new Map<string, Page>();
  readonly #pageOf = new Map<ClientSocket, Page>();
  #isOver = false;
  readonly #replies: Replies;

  constructor(options: NetworkRouterOptions) {
    this.#options = options;
    this.#replies = new Replies(options);
  }

  connect(registrationId: string, recorder: WorkerRecorder): Page {
    const { reactor } = this.#options;
    const page = getOrCreate(this.#pages, registrationId, () => new Page(registrationId, reactor, recorder));
    page.state = "connected";
    page.visit++;
    return page;
  }

  disconnect(page: Page): void {
    page.state = "offline";
    page.conversation?.leave();
    this.#leave(page, "lost");
  }

  send(page: Page, type: PacketType, subjectId: string, data: ChannelPacket["data"]): void {
    switch (type) {
      case "register_agent":
        page.workerName = data["worker_name"] as string;
        void this.#register(page);
        return;
      case "submit_onboarding":
        this.#afterReplies(page, () => void this.#submitOnboarding(page, subjectId, data));
        return;
      case "submit_unit":
        this.#afterReplies(page, () => void this.#submitTask(page, subjectId, data));
        return;
      case "mephisto_bound_live_update":
        this.#sendUpdate(page, subjectId, data as LiveUpdateData);
        return;
      default:
        throw new TypeError(`a worker sends no packet of type ${type}`);
    }
  }

  /** Finding a loss is the platform's task. */
  reportLost(page: Page): void {
    page.state = "lost";
  }

  forget(page: Page): void {
    this.#endWait(page);
    this.#leave(page, "closed");
    this.#pages.delete(page.registrationId);
  }

  /** The run is over: closes every socket at once. The results of open requests are ignored. */
  closeAll(): void {
    this.#isOver = true;
    for (const page of this.#pages.values()) this.#leave(page, "lost");
  }

  onPacket(socket: ClientSocket, packet: WirePacket): void {
    const page = this.#pageOf.get(socket);
    if (page === undefined) return;
    const now = this.#now;
    switch (packet.packet_type) {
      case "update_status": {
        const { status } = packet.data;
        const agent = this.#options.notes.agent(packet.subject_id);
        if (agent !== undefined) this.#options.notes.noteStatus(agent, status, now);
        if (isWithoutReplies(status)) this.#endWait(page)?.();
        if (packet.subject_id === page.agentId) this.#push(page, "update_status", packet.subject_id, { status });
        return;
      }
      // The second: of a server that only sends back what it gets.
      case "client_bound_live_update":
      case "mephisto_bound_live_update":
        if (packet.subject_id === page.agentId) this.#onTaskPacket(page, packet.data);
        return;
      default:
    }
  }

  onMalformed(socket: ClientSocket, reason: string): void {
    this.#countersOf(socket).count("errors");
    this.#options.notes.failed(`WebSocket: expected a packet: ${reason}`, this.#now);
  }

  onHeartbeat(socket: ClientSocket, sentAtMs: number): void {
    const agent = this.#options.notes.agent(socket.agentId);
    if (agent !== undefined) agent.heartbeatAtMs = sentAtMs;
  }

  onBroken(socket: ClientSocket, error: Error | undefined): void {
    const { notes, timeoutMs, onFatal } = this.#options;
    this.#countersOf(socket).count("sockets_lost");
    let why = "WebSocket: closed by the target";
    try {
      if (error !== undefined) why = whyFailed("WebSocket", error, timeoutMs);
    } catch (failure) {
      if (!(failure instanceof OutOfFilesError)) throw failure;
      why = failure.message;
      onFatal(why);
    }
    notes.failed(why, this.#now);
  }

  onGivenUp(socket: ClientSocket, why: string): void {
    const page = this.#pageOf.get(socket);
    this.#options.notes.failed(`the page gave up: ${why}`, this.#now);
    this.#countersOf(socket).count("errors");
    if (page !== undefined) this.#push(page, "log_error", socket.agentId, { request_failed: true });
  }

  #countersOf(socket: ClientSocket): Pick<WorkerRecorder, "count"> {
    return this.#pageOf.get(socket) ?? this.#options.recorder;
  }

  get #now(): number {
    return this.#options.reactor.clock.now();
  }

  #sendUpdate(page: Page, agentId: string, update: LiveUpdateData): void {
    const { conversation, agent } = page;
    const socket = page.sockets.at(-1);
    if (conversation === undefined || agent === undefined || socket === undefined) return;
    const data = conversation.send(update);
    agent.sent = Math.max(agent.sent, update.number);
    const packet = { packet_type: "mephisto_bound_live_update", subject_id: agentId, data } as const;
    if (this.#options.sockets.rules === "direct") socket.send(packet);
    else socket.send(packet, () => conversation.noteOnWire(update.number));
  }

  #onTaskPacket(page: Page, data: JsonObject): void {
    const { conversation, agentId } = page;
    const forWorker = this.#replies.receive(page, data);
    if (forWorker === undefined || agentId === undefined) return;
    this.#push(page, "client_bound_live_update", agentId, forWorker);
    if (conversation?.expected.length === 0) this.#endWait(page)?.();
  }

  #afterReplies(page: Page, submit: () => void): void {
    if (!this.#replies.mustWait(page)) {
      submit();
      return;
    }
    const { reactor } = this.#options;
    const timer = reactor.at(this.#now + REPLY_BOUND_MS, () => {
      this.#replies.noteVainWait();
      this.#endWait(page)?.();
    });
    page.submitting = { submit, timer };
  }

  /** The submit that waits for replies, if there is one, waits no more. */
  #endWait(page: Page): (() => void) | undefined {
    const { submitting } = page;
    if (submitting === undefined) return undefined;
    page.submitting = undefined;
    this.#options.reactor.cancel(submitting.timer);
    return submitting.submit;
  }

  async #register(page: Page): Promise<void> {
    const { http, notes, sockets } = this.#options;
    const { visit, registrationId, workerName } = page;
    const registration = notes.registration(registrationId, workerName);
    registration.asked++;
    const provider_data = providerDataOf(this.#options, page);
    try {
      const body = formatRequestAgent({ provider_data, client_timestamp: sockets.wallClock() });
      const answer = await http.post(ENDPOINTS.requestAgent, body);
      this.#onDetails(page, visit, read("POST /request_agent", parseAgentDetailsAnswer(answer)).data);
    } catch (error) {
      registration.failed++;
      this.#onFailure(page, error);
      if (page.visit === visit) this.#push(page, "agent_details", registrationId, FAILED_REGISTRATION);
    }
  }

  async #submitOnboarding(page: Page, agentId: string, onboarding_data: ChannelPacket["data"]): Promise<void> {
    const { http, sockets } = this.#options;
    const { visit } = page;
    const submit = this.#noteSubmit(page);
    try {
      const provider_data = { onboarding_data };
      const body = formatSubmitOnboarding({
        agent_id: agentId,
        provider_data,
        client_timestamp: sockets.wallClock(),
      });
      const answer = await http.post(ENDPOINTS.submitOnboarding, body);
      const details = read("POST /submit_onboarding", parseAgentDetailsAnswer(answer)).data;
      submit.answeredAtMs = this.#now;
      page.count(details.agent_id === null ? "onboarding_failed" : "onboarding_passed");
      if (page.visit === visit) this.#push(page, "submit_onboarding", agentId, { sent_at: submit.sentAtMs });
      this.#onDetails(page, visit, details);
    } catch (error) {
      this.#onFailedSubmit(page, agentId, submit, error);
    }
  }

  async #submitTask(page: Page, agentId: string, final_data: ChannelPacket["data"]): Promise<void> {
    const { http, sockets } = this.#options;
    const submit = this.#noteSubmit(page);
    try {
      const body = formatSubmitTask({ agent_id: agentId, final_data, client_timestamp: sockets.wallClock() });
      read("POST /submit_task", parseStatusAnswer(await http.post(ENDPOINTS.submitTask, body)));
      submit.answeredAtMs = this.#now;
      this.#reportSubmit(page, agentId, submit);
    } catch (error) {
      this.#onFailedSubmit(page, agentId, submit, error);
    }
  }

  #noteSubmit({ agent }: Page): NonNullable<OutsideAgentEvidence["submit"]> {
    assert(agent !== undefined, "a worker submits for its agent");
    agent.submit = { sentAtMs: this.#now };
    return agent.submit;
  }

  #onFailedSubmit(
    page: Page,
    agentId: string,
    submit: NonNullable<OutsideAgentEvidence["submit"]>,
    error: unknown,
  ): void {
    submit.failure = messageOf(error);
    submit.isUnsent = error instanceof TargetError && error.isUnsent;
    this.#onFailure(page, error);
    this.#reportSubmit(page, agentId, submit);
  }

  /** Gives the worker the result of its submit; a worker who is away gets it on return. */
  #reportSubmit(page: Page, agentId: string, submit: NonNullable<OutsideAgentEvidence["submit"]>): void {
    if (page.agentId !== agentId) return;
    if (submit.answeredAtMs !== undefined && !isOnboardingId(agentId))
      this.#push(page, "submit_unit", agentId, { sent_at: submit.sentAtMs });
    else if (submit.failure !== undefined) this.#push(page, "log_error", agentId, { request_failed: true });
  }

  /** The platform has given an agent, or none. */
  #onDetails(page: Page, visit: number, details: AgentDetails): void {
    const isHere = page.visit === visit;
    const given = noteDetails(details, page, isHere, this.#options.notes, this.#now);
    if (given === undefined) return;
    if (typeof given === "string") {
      this.#push(page, "agent_details", page.registrationId, { failure_reason: given });
      return;
    }
    const { agentId: agent_id, submit } = given;
    this.#open(page, given);
    this.#push(page, "agent_details", page.registrationId, { agent_id });
    // The answer came while the worker was away.
    if (submit !== undefined) this.#reportSubmit(page, agent_id, submit);
  }

  /** The page of an agent opens its socket. */
  #open(page: Page, agent: OutsideAgentEvidence): void {
    const { dialect, sockets } = this.#options;
    const { agentId } = agent;
    this.#replies.begin(page, agent, this.#now);
    if (dialect.live === false) return;
    if (sockets.rules === "direct") this.#closeSockets(page, "closed");
    const socket = new ClientSocket(agentId, sockets, this, page.sockets.at(-1));
    page.sockets.push(socket);
    this.#pageOf.set(socket, page);
  }

  /** The worker is gone from its page. */
  #leave(page: Page, how: "closed" | "lost"): void {
    page.visit++;
    this.#closeSockets(page, how);
    const { agent } = page;
    if (agent !== undefined && agent.submit?.answeredAtMs === undefined) agent.goneAtMs ??= this.#now;
    if (how === "closed" || page.state === "lost") this.#replies.noteUnanswered(page, this.#now);
  }

  #closeSockets(page: Page, how: "closed" | "lost"): void {
    for (const socket of page.sockets.splice(0)) {
      this.#pageOf.delete(socket);
      socket.close(how);
    }
  }

  #onFailure(page: Page, error: unknown): void {
    const { notes, onFatal } = this.#options;
    if (this.#isOver) return;
    if (error instanceof OutOfFilesError || error instanceof TargetError) {
      page.count("requests_failed");
      notes.failed(error.message, this.#now);
      if (error instanceof OutOfFilesError) onFatal(error.message);
      return;
    }
    throw error;
  }

  #push(page: Page, packet_type: PacketType, subject_id: string, data: ChannelPacket["data"]): void {
    if (page.state === "connected") page.inbox.push({ packet_type, subject_id, data });
  }
}

/** What was read from an answer. @throws TargetError when it is none */
function read<T>(what: string, parsed: Parsed<T>): T {
  if (parsed.ok) return parsed.value;
  throw new TargetError(`${what}: ${parsed.reason}`);
}
