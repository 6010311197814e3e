/**
 * The way from a client that asks to work to its agent: registration, the gate, the onboarding, a unit, and the answers to those
 * who come back after a lost connection.
 */
import { isFinal, type AgentStatus } from "../../vocabulary/index.js";
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
import type { PendingAgent, AgentSession } from "./agent-session.js";
import type { AgentSessions } from "./agent-sessions.js";
import { reserveUnit } from "./units.js";
import type { LiveRunObserver } from "./observer.js";

export interface Admission {
  /** A worker asks to work, or is back after a lost connection. */
  register(channel: Channel, packet: ChannelPacket): void;
  /** An onboarding is over: one who passed it goes on to a unit. */
  afterOnboarding(session: AgentSession, status: AgentStatus): void;
  /** Admits nobody any more. */
  close(): void;
}

export interface AdmissionOptions {
  readonly context: ModelContext;
  readonly recorder: LiveRunObserver;
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
  /** Nobody is behind the agent's channel. */
  readonly disconnected: (session: AgentSession) => void;
}

export function createAdmission(options: AdmissionOptions): Admission {
  const { context, recorder, taskRunId, providerType, requirements, onboardingQualificationId } = options;
  const { sessions, poolEvidence, dispatcher, io, statusOf, disconnected } = options;
  /** Agents by the name under which their client registered; kept after their end to answer one who comes back. */
  const registrations = new Map<string, string>();
  /** Those who will have an agent soon, or be refused one, by the same name. */
  const pendingAgents = new Map<string, PendingAgent>();
  let closed = false;

  const sendDetails = (channel: Channel, registrationId: string, data: ChannelPacket["data"]): void =>
    io().send(channel, { packet_type: "agent_details", subject_id: registrationId, data });
  const refuse = (
    { channel, registrationId }: PendingAgent,
    reason: string,
    agentId?: string,
    status?: AgentStatus,
  ): void => sendDetails(channel, registrationId, { agent_id: agentId, status, failure_reason: reason });

  /** Starts what ends with an agent for the applicant, or its refusal; until then the applicant is known to be under way. */
  const startAdmission = (pending: PendingAgent, body: (pending: PendingAgent) => Steps<void>): void => {
    pendingAgents.set(pending.registrationId, pending);
    sessions.startOperation("apply", () => admissionSteps(pending, body));
  };
  const admissionSteps = function* (pending: PendingAgent, body: (pending: PendingAgent) => Steps<void>): Steps<void> {
    try {
      yield* body(pending);
    } finally {
      pendingAgents.delete(pending.registrationId);
    }
  };

  /** The agent is live from here on, and its client knows. */
  const admit = (agent: LiveAgent, pending: PendingAgent, worker: Worker): AgentSession => {
    const { registrationId, channel } = pending;
    const agentId = agent.getAgentId();
    const liveRun: LiveRun = {
      pushStatusUpdate: (pushed, status) => {
        const session = sessions.of(pushed.getAgentId());
        if (session !== undefined) io().sendStatus(session.channel, pushed.getAgentId(), status);
      },
      sendLiveUpdate: (id, update) => io().sendLiveUpdate(id, update),
    };
    agent.setLiveRun(liveRun);
    const session = sessions.start(agent, worker, pending);
    registrations.set(registrationId, agentId);
    poolEvidence.of(session);
    recorder.count("agents_registered");
    recorder.gauge("agents_live", sessions.live);
    sendDetails(channel, registrationId, { agent_id: agentId, status: agent.dbStatus });
    // Its channel ended before there was an agent to mark.
    if (!channel.isAlive()) disconnected(session);
    return session;
  };

  /** Gives the worker a unit, and begins once all of its assignment are there. */
  const assign = function* (pending: PendingAgent, worker: Worker): Steps<void> {
    const unit = closed ? undefined : yield* reserveUnit(context, taskRunId, worker, dispatcher.barrier);
    if (unit === undefined) {
      refuse(pending, "there is no unit to work on");
      return;
    }
    const agent = yield* Agent.newFromProviderDataSteps(context, worker, unit, {});
    dispatcher.awaitPartners(admit(agent, pending, worker), unit.assignmentId);
  };

  const startOnboarding = function* (pending: PendingAgent, worker: Worker): Steps<void> {
    const agent = yield* OnboardingAgent.newSteps(context, worker, TaskRun.get(context.db, taskRunId));
    dispatcher.onboard(admit(agent, pending, worker));
  };

  const admitWorker = function* (pending: PendingAgent, workerName: string): Steps<void> {
    const row = yield* wait(context.db.write("findOrCreateWorker", { workerName, providerType }));
    const worker = Worker.get(context.db, row.workerId, row);
    const judgement = decideAdmission(context.db, worker.dbId, requirements, onboardingQualificationId !== undefined);
    switch (judgement.admission) {
      case "unit":
        return yield* assign(pending, worker);
      case "onboarding":
        return yield* startOnboarding(pending, worker);
      case "refused":
        recorder.count("not_qualified");
        refuse(pending, judgement.reason);
    }
  };

  const reconnect = (channel: Channel, registrationId: string, agentId: string): void => {
    const session = sessions.of(agentId);
    const status = session?.agent.getStatus() ?? statusOf(agentId);
    if (session === undefined || status === undefined || isFinal(status)) {
      const reason =
        status === "rejected" ? "the onboarding was not passed" : `the agent is over: ${status ?? "unknown"}`;
      return refuse({ channel, registrationId }, reason, agentId, status);
    }
    session.channel = channel;
    sendDetails(channel, registrationId, { agent_id: agentId, status });
  };

  return {
    register(channel, packet): void {
      const registrationId = packet.subject_id;
      const pending = pendingAgents.get(registrationId);
      const known = registrations.get(registrationId);
      if (pending !== undefined || known !== undefined) recorder.count("reconnects");
      if (pending !== undefined) {
        // It asks again before it was answered: one answer will do.
        pending.channel = channel;
        return;
      }
      if (known !== undefined) return reconnect(channel, registrationId, known);
      const name = packet.data["worker_name"];
      if (typeof name !== "string") return refuse({ channel, registrationId }, "worker_name is missing");
      if (closed) return refuse({ channel, registrationId }, "the live run is shutting down");
      startAdmission({ channel, registrationId }, (self) => admitWorker(self, name));
    },
    afterOnboarding({ registrationId, channel, worker, agent }, status) {
      if (status === "approved") {
        recorder.count("onboarding_passed");
        startAdmission({ registrationId, channel }, (pending) => assign(pending, worker));
      } else if (status === "rejected") {
        recorder.count("onboarding_failed");
        refuse({ registrationId, channel }, "the onboarding was not passed", agent.getAgentId(), status);
      }
    },
    close() {
      closed = true;
    },
  };
}
