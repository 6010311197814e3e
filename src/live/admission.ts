/**
 * The way from a client that asks to work to its agent: registration, the gate, the onboarding, a unit, and the answers to those
 * who come back after a lost connection.
 */
import { isFinal, type AgentStatus } from "../db/index.js";
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
import type { Launching } from "./launching.js";
import type { Packet } from "./packets.js";
import type { PoolNotes } from "./pool-notes.js";
import { judge, type Requirement } from "./qualifications.js";
import type { Applicant, Seat } from "./seat.js";
import type { Seats } from "./seats.js";
import { reserveUnit } from "./units.js";
import type { LiveRunObserver } from "./observer.js";

export interface Admission {
  /** A worker asks to work, or is back after a lost connection. */
  register(channel: Channel, packet: Packet): void;
  /** An onboarding is over: one who passed it goes on to a unit. */
  afterOnboarding(seat: Seat, status: AgentStatus): void;
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
  readonly seats: Seats;
  readonly notes: PoolNotes;
  readonly launching: Launching;
  readonly io: () => ClientIO;
  readonly statusOf: (agentId: string) => AgentStatus | undefined;
  /** Nobody is behind the agent's channel. */
  readonly disconnected: (seat: Seat) => void;
}

export function createAdmission(options: AdmissionOptions): Admission {
  const { context, recorder, taskRunId, providerType, requirements, onboardingQualificationId } = options;
  const { seats, notes, launching, io, statusOf, disconnected } = options;
  /** Agents by the name under which their client registered; kept after their end to answer one who comes back. */
  const registrations = new Map<string, string>();
  /** Those who will have an agent soon, or be refused one, by the same name. */
  const applicants = new Map<string, Applicant>();
  let closed = false;

  const tell = (channel: Channel, registrationId: string, data: Packet["data"]): void =>
    io().send(channel, { packet_type: "agent_details", subject_id: registrationId, data });
  const refuse = (
    { channel, registrationId }: Applicant,
    reason: string,
    agentId?: string,
    status?: AgentStatus,
  ): void => tell(channel, registrationId, { agent_id: agentId, status, failure_reason: reason });

  /** Starts what ends with an agent for the applicant, or its refusal; until then the applicant is known to be under way. */
  const apply = (applicant: Applicant, body: (applicant: Applicant) => Steps<void>): void => {
    applicants.set(applicant.registrationId, applicant);
    seats.start("apply", () => applying(applicant, body));
  };
  const applying = function* (applicant: Applicant, body: (applicant: Applicant) => Steps<void>): Steps<void> {
    try {
      yield* body(applicant);
    } finally {
      applicants.delete(applicant.registrationId);
    }
  };

  /** The agent is live from here on, and its client knows. */
  const admit = (agent: LiveAgent, applicant: Applicant, worker: Worker): Seat => {
    const { registrationId, channel } = applicant;
    const agentId = agent.getAgentId();
    const liveRun: LiveRun = {
      pushStatusUpdate: (pushed, status) => {
        const seat = seats.of(pushed.getAgentId());
        if (seat !== undefined) io().sendStatus(seat.channel, pushed.getAgentId(), status);
      },
      sendLiveUpdate: (id, update) => io().sendLiveUpdate(id, update),
    };
    agent.setLiveRun(liveRun);
    const seat = seats.take(agent, worker, applicant);
    registrations.set(registrationId, agentId);
    notes.of(seat);
    recorder.count("agents_registered");
    recorder.gauge("agents_live", seats.live);
    tell(channel, registrationId, { agent_id: agentId, status: agent.dbStatus });
    // Its channel ended before there was an agent to mark.
    if (!channel.isAlive()) disconnected(seat);
    return seat;
  };

  /** Gives the worker a unit, and begins once all of its assignment are there. */
  const assign = function* (applicant: Applicant, worker: Worker): Steps<void> {
    const unit = closed ? undefined : yield* reserveUnit(context, taskRunId, worker, launching.gathering);
    if (unit === undefined) {
      refuse(applicant, "there is no unit to work on");
      return;
    }
    const agent = yield* Agent.newFromProviderDataSteps(context, worker, unit, {});
    launching.gather(admit(agent, applicant, worker), unit.assignmentId);
  };

  const startOnboarding = function* (applicant: Applicant, worker: Worker): Steps<void> {
    const agent = yield* OnboardingAgent.newSteps(context, worker, TaskRun.get(context.db, taskRunId));
    launching.onboard(admit(agent, applicant, worker));
  };

  const admitWorker = function* (applicant: Applicant, workerName: string): Steps<void> {
    const row = yield* wait(context.db.write("findOrCreateWorker", { workerName, providerType }));
    const worker = Worker.get(context.db, row.workerId, row);
    const judgement = judge(context.db, worker.dbId, requirements, onboardingQualificationId !== undefined);
    switch (judgement.admission) {
      case "unit":
        return yield* assign(applicant, worker);
      case "onboarding":
        return yield* startOnboarding(applicant, worker);
      case "refused":
        recorder.count("not_qualified");
        refuse(applicant, judgement.reason);
    }
  };

  const reconnect = (channel: Channel, registrationId: string, agentId: string): void => {
    const seat = seats.of(agentId);
    const status = seat?.agent.getStatus() ?? statusOf(agentId);
    if (seat === undefined || status === undefined || isFinal(status)) {
      const reason =
        status === "rejected" ? "the onboarding was not passed" : `the agent is over: ${status ?? "unknown"}`;
      return refuse({ channel, registrationId }, reason, agentId, status);
    }
    seat.channel = channel;
    tell(channel, registrationId, { agent_id: agentId, status });
  };

  return {
    register(channel, packet): void {
      const registrationId = packet.subject_id;
      const applicant = applicants.get(registrationId);
      const known = registrations.get(registrationId);
      if (applicant !== undefined || known !== undefined) recorder.count("reconnects");
      if (applicant !== undefined) {
        // It asks again before it was answered: one answer will do.
        applicant.channel = channel;
        return;
      }
      if (known !== undefined) return reconnect(channel, registrationId, known);
      const name = packet.data["worker_name"];
      if (typeof name !== "string") return refuse({ channel, registrationId }, "worker_name is missing");
      if (closed) return refuse({ channel, registrationId }, "the live run is shutting down");
      apply({ channel, registrationId }, (self) => admitWorker(self, name));
    },
    afterOnboarding({ registrationId, channel, worker, agent }, status) {
      if (status === "approved") {
        recorder.count("onboarding_passed");
        apply({ registrationId, channel }, (applicant) => assign(applicant, worker));
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
