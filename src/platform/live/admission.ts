/**
 * Admission turns a client's registration into an agent: it checks the worker's qualifications, starts the onboarding
 * or assigns a unit, and answers clients that register again after a lost connection.
 */
import { assert, isFinal, type AgentStatus } from "../../vocabulary/index.js";
import {
  Agent,
  OnboardingAgent,
  TaskRun,
  Worker,
  type LiveAgent,
  type LiveRun,
  type ModelContext,
} from "../model/index.js";
import { wait, type Steps } from "../sync/index.js";
import type { Channel } from "./channel.js";
import type { ClientIO } from "./client-io.js";
import type { Dispatcher } from "./dispatcher.js";
import type { ChannelPacket } from "./packets.js";
import type { PoolEvidenceStore } from "./pool-evidence.js";
import { decideAdmission, type Requirement } from "./qualifications.js";
import { REFUSALS } from "./refusals.js";
import type { PendingAgent, AgentSession } from "./agent-session.js";
import type { AgentSessions } from "./agent-sessions.js";
import { reserveUnit } from "./units.js";
import type { LiveRunObserver } from "./observer.js";

export interface AdmissionOptions {
  readonly context: ModelContext;
  readonly observer: LiveRunObserver;
  readonly taskRunId: string;
  readonly providerType: string;
  /** What a worker must meet to be admitted, before any onboarding. */
  readonly requirements: readonly Requirement[];
  /** The qualification that the onboarding grants; undefined when the task has none. */
  readonly onboardingQualificationId: string | undefined;
  readonly sessions: AgentSessions;
  readonly poolEvidence: PoolEvidenceStore;
  readonly dispatcher: Dispatcher;
  readonly io: () => ClientIO;
  readonly statusOf: (agentId: string) => AgentStatus | undefined;
  /** The agent's channel is closed. */
  readonly disconnected: (session: AgentSession) => void;
}

/** Where a refusal goes. */
type RefusedClient = Pick<PendingAgent, "channel" | "registrationId">;

export class Admission {
  readonly #options: AdmissionOptions;
  /** Agent ids by registration id. Kept after the agent's end, to answer a client that registers again. */
  readonly #registrations = new Map<string, string>();
  /** Registrations that have no answer yet, by registration id. */
  readonly #pendingAgents = new Map<string, PendingAgent>();
  /** How admitted agents reach their clients. */
  readonly #liveRun: LiveRun;
  #closed = false;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    const { io, sessions } = options;
    this.#liveRun = {
      pushStatusUpdate: (agent, status) => {
        const session = sessions.of(agent.getAgentId());
        if (session !== undefined) io().sendStatus(session.channel, agent.getAgentId(), status);
      },
      sendLiveUpdate: (id, update) => io().sendLiveUpdate(id, update),
    };
  }

  /** A worker asks to work, or is back after a lost connection. */
  register(channel: Channel, packet: ChannelPacket): void {
    const registrationId = packet.subject_id;
    const pending = this.#pendingAgents.get(registrationId);
    const known = this.#registrations.get(registrationId);
    const name = packet.data["worker_name"];
    const observer = typeof name === "string" ? this.#options.observer.ofWorker(name) : this.#options.observer;
    if (pending !== undefined || known !== undefined) observer.count("reconnects");
    if (pending !== undefined) {
      // The client asks again before it has an answer. One answer is enough.
      pending.channel = channel;
      return;
    }
    if (known !== undefined) return this.#reconnect(channel, registrationId, known);
    if (typeof name !== "string") return this.#refuse({ channel, registrationId }, REFUSALS.noWorkerName);
    if (this.#closed) return this.#refuse({ channel, registrationId }, REFUSALS.shuttingDown);
    this.#start({ channel, registrationId, observer }, (self) => this.#admitWorker(self, name));
  }

  /** An onboarding is over: a worker who passed it is assigned a unit. */
  afterOnboarding({ registrationId, channel, observer, worker, agent }: AgentSession, status: AgentStatus): void {
    if (status === "approved") {
      observer.count("onboarding_passed");
      this.#start({ registrationId, channel, observer }, (pending) => this.#assign(pending, worker));
    } else if (status === "rejected") {
      observer.count("onboarding_failed");
      this.#refuse({ registrationId, channel }, REFUSALS.onboardingNotPassed, agent.getAgentId(), status);
    }
  }

  /** Admits no worker from now on. */
  close(): void {
    this.#closed = true;
  }

  /** Starts `body`, which admits or refuses the worker. The registration is pending until it ends. */
  #start(pending: PendingAgent, body: (pending: PendingAgent) => Steps<void>): void {
    this.#pendingAgents.set(pending.registrationId, pending);
    this.#options.sessions.startOperation("apply", () => this.#admissionSteps(pending, body));
  }

  *#admissionSteps(pending: PendingAgent, body: (pending: PendingAgent) => Steps<void>): Steps<void> {
    try {
      yield* body(pending);
    } finally {
      this.#pendingAgents.delete(pending.registrationId);
    }
  }

  *#admitWorker(pending: PendingAgent, workerName: string): Steps<void> {
    const { context, providerType, requirements, onboardingQualificationId } = this.#options;
    const row = yield* wait(context.db.write("findOrCreateWorker", { workerName, providerType }));
    const worker = Worker.get(context.db, row.workerId, row);
    const decision = decideAdmission(context.db, worker.dbId, requirements, onboardingQualificationId !== undefined);
    switch (decision.admission) {
      case "unit":
        return yield* this.#assign(pending, worker);
      case "onboarding":
        return yield* this.#startOnboarding(pending, worker);
      case "refused":
        pending.observer.count("not_qualified");
        this.#refuse(pending, decision.reason);
    }
  }

  *#startOnboarding(pending: PendingAgent, worker: Worker): Steps<void> {
    const { context, dispatcher, taskRunId } = this.#options;
    const agent = yield* OnboardingAgent.newSteps(context, worker, TaskRun.get(context.db, taskRunId));
    dispatcher.onboard(this.#admit(agent, pending, worker));
  }

  /** Assigns a unit to the worker. The work starts when every unit of the assignment has an agent. */
  *#assign(pending: PendingAgent, worker: Worker): Steps<void> {
    const { context, dispatcher, taskRunId } = this.#options;
    const unit = this.#closed ? undefined : yield* reserveUnit(context, taskRunId, worker, dispatcher.barrier);
    if (unit === undefined) {
      this.#refuse(pending, REFUSALS.noUnit);
      return;
    }
    const agent = yield* Agent.newFromProviderDataSteps(context, worker, unit, {});
    dispatcher.awaitPartners(this.#admit(agent, pending, worker), unit.assignmentId);
  }

  /** Starts the agent's session, and tells its client. */
  #admit(agent: LiveAgent, pending: PendingAgent, worker: Worker): AgentSession {
    const { observer, poolEvidence, sessions, disconnected } = this.#options;
    const { registrationId, channel } = pending;
    const agentId = agent.getAgentId();
    agent.setLiveRun(this.#liveRun);
    const session = sessions.start(agent, worker, pending);
    this.#registrations.set(registrationId, agentId);
    poolEvidence.of(session);
    session.observer.count("agents_registered");
    observer.gauge("agents_live", sessions.live);
    this.#sendDetails(channel, registrationId, { agent_id: agentId, status: agent.dbStatus });
    // The channel was closed before there was an agent that could be marked as disconnected.
    if (!channel.isAlive()) disconnected(session);
    return session;
  }

  #reconnect(channel: Channel, registrationId: string, agentId: string): void {
    const session = this.#options.sessions.of(agentId);
    const status = session?.agent.getStatus() ?? this.#options.statusOf(agentId);
    assert(status !== undefined, `agent ${agentId} was registered, but has no row`);
    if (session === undefined || isFinal(status)) {
      const reason = status === "rejected" ? REFUSALS.onboardingNotPassed : `${REFUSALS.agentIsOver}: ${status}`;
      return this.#refuse({ channel, registrationId }, reason, agentId, status);
    }
    session.channel = channel;
    this.#sendDetails(channel, registrationId, { agent_id: agentId, status });
  }

  #refuse({ channel, registrationId }: RefusedClient, reason: string, agentId?: string, status?: AgentStatus): void {
    this.#sendDetails(channel, registrationId, { agent_id: agentId, status, failure_reason: reason });
  }

  #sendDetails(channel: Channel, registrationId: string, data: ChannelPacket["data"]): void {
    this.#options.io().send(channel, { packet_type: "agent_details", subject_id: registrationId, data });
  }
}
