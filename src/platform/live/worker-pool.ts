/**
 * The worker pool: admits workers, assigns units, and tracks the live agents. It answers the requests of clients
 * (client-io.ts) and hands agents to the task runners (task-runner.ts).
 *
 * The pool ends an agent until it is handed to a runner. From then on the runner ends it and sends `done`, unless its
 * thread dies. The pool still writes what the runner cannot know: that the worker has disconnected or returned the
 * unit.
 */
import { assert, isFinal, type AgentStatus } from "../../vocabulary/index.js";
import { OnboardingAgent, type ModelContext } from "../model/index.js";
import type { Arena, Steps } from "../sync/index.js";
import { Admission } from "./admission.js";
import type { Channel } from "./channel.js";
import type { ClientIO, ClientRequests } from "./client-io.js";
import type { TaskGroup } from "./task-group.js";
import type { Outbox } from "./inbox.js";
import { createDispatcher, type Dispatcher } from "./dispatcher.js";
import type { PoolMessage } from "./messages.js";
import type { ChannelPacket } from "./packets.js";
import { createPoolEvidence, type PoolEvidence, type PoolEvidenceStore } from "./pool-evidence.js";
import type { Requirement } from "./qualifications.js";
import type { AgentSession } from "./agent-session.js";
import { createAgentSessions, type AgentSessions } from "./agent-sessions.js";
import { freeUnit } from "./units.js";
import type { LiveRunObserver } from "./observer.js";

export interface WorkerPoolOptions {
  /** A context that keeps final statuses. */
  readonly context: ModelContext;
  /** The arena of the agents' slots, to free them. */
  readonly arena: Arena;
  readonly observer: LiveRunObserver;
  readonly taskGroup: TaskGroup;
  readonly taskRunId: string;
  readonly providerType: string;
  readonly unitsPerAssignment: number;
  /** Whether the task takes live updates. (An onboarding always does.) */
  readonly takesLiveUpdates: boolean;
  /** What a worker must meet to be admitted, before any onboarding. */
  readonly requirements: readonly Requirement[];
  /** The qualification that the onboarding grants; undefined when the task has none. */
  readonly onboardingQualificationId: string | undefined;
  /** The outbox to each task runner. */
  readonly runners: readonly Outbox[];
}

export class WorkerPool implements ClientRequests {
  readonly #options: WorkerPoolOptions;
  readonly #sessions: AgentSessions;
  readonly #poolEvidence: PoolEvidenceStore;
  readonly #dispatcher: Dispatcher;
  readonly #admission: Admission;
  #clientIO: ClientIO | undefined;
  #closing = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#sessions = createAgentSessions(options);
    this.#poolEvidence = createPoolEvidence(options.context.clock);
    const parts = { ...options, sessions: this.#sessions, poolEvidence: this.#poolEvidence };
    this.#dispatcher = createDispatcher({
      ...parts,
      endSession: (session, status) => this.#endSession(session, status, undefined),
    });
    this.#admission = new Admission({
      ...parts,
      dispatcher: this.#dispatcher,
      io: () => this.#io,
      statusOf: (agentId) => this.statusOf(agentId),
      disconnected: (session) => this.#markAbsent(session, "disconnect"),
    });
  }

  /** Sets the client IO, which has the pool as its {@link ClientRequests}. Called once, before anything else. */
  connectClientIO(clientIO: ClientIO): void {
    assert(this.#clientIO === undefined, "the worker pool was connected to client IO twice");
    this.#clientIO = clientIO;
  }

  /** How many agents are live. */
  get live(): number {
    return this.#sessions.live;
  }

  /** Whether no agent is live and no operation is running. */
  get isIdle(): boolean {
    return this.#sessions.isIdle;
  }

  get evidence(): PoolEvidence[] {
    return this.#poolEvidence.all();
  }

  sessionOf(agentId: string): AgentSession | undefined {
    return this.#sessions.of(agentId);
  }

  sessions(): Iterable<AgentSession> {
    return this.#sessions.all();
  }

  statusOf(agentId: string): AgentStatus | undefined {
    const { db } = this.#options.context;
    if (OnboardingAgent.isOnboardingId(agentId))
      return db.getOnboardingAgent(OnboardingAgent.getDbIdFromAgentId(agentId))?.status;
    return db.getAgent(agentId)?.status;
  }

  register(channel: Channel, packet: ChannelPacket): void {
    this.#admission.register(channel, packet);
  }

  /** A second submit is answered with the final status of the agent: now, or when it is known. */
  submit(channel: Channel, packet: ChannelPacket): void {
    const session = this.#sessions.of(packet.subject_id);
    if (session === undefined || isFinal(session.agent.getStatus()))
      return this.#answerStatus(channel, packet.subject_id);
    if (session.submitting) return;
    session.submitting = true;
    this.#sessions.startSessionOperation(session, "submit", () => this.#takeSubmit(session, packet));
  }

  *#takeSubmit(session: AgentSession, { packet_type, subject_id, data }: ChannelPacket): Steps<void> {
    yield* session.agent.handleSubmitSteps(data);
    session.submitted = true;
    this.#io.send(session.channel, { packet_type, subject_id, data: { acknowledged: true } });
    this.endLivePart(session);
  }

  /** Tells the task's code that there are no more live updates, if the worker submitted before the last one. */
  endLivePart(session: AgentSession): void {
    const { agent } = session;
    if (!session.submitted || session.livePartOver || session.refused !== undefined || session.hasEnded) return;
    if (!this.#options.takesLiveUpdates && !(agent instanceof OnboardingAgent)) return;
    // The task's code waits for this submit, and nothing else.
    if (agent.dbStatus === "partner disconnect") return;
    session.livePartOver = this.#dispatcher.endLivePart(session);
  }

  submitMetadata(packet: ChannelPacket): void {
    this.#sessions
      .of(packet.subject_id)
      ?.agent.state.updateData({ update_id: this.#options.context.ids.next(), metadata: packet.data });
  }

  /**
   * The statuses that clients report. Only `disconnect` is accepted; any other difference is answered with the
   * platform's status.
   */
  reportStatuses(channel: Channel, statuses: ChannelPacket["data"]): void {
    for (const [agentId, reported] of Object.entries(statuses)) {
      const session = this.#sessions.of(agentId);
      if (session === undefined) {
        this.#answerStatus(channel, agentId);
        continue;
      }
      const status = session.agent.getStatus();
      // A client may report `completed` before the agent's runner has completed it.
      if (reported === status || reported === "completed") continue;
      if (reported === "disconnect" && !isFinal(status)) this.#markAbsent(session, "disconnect");
      else this.#io.sendStatus(channel, agentId, status);
    }
  }

  channelClosed(channel: Channel): void {
    for (const session of this.#sessions.all())
      if (session.channel === channel) this.#markAbsent(session, "disconnect");
  }

  /** Handles a message of a task runner, the provider, or the supervisor of the task threads. */
  handle(message: PoolMessage): void {
    if (message.kind === "runnerLost") return this.#dispatcher.removeRunner(message.runner);
    if (message.kind === "liveUpdate") return this.#io.sendLiveUpdate(message.agentId, message.update);
    const session = this.#sessions.of(message.agentId);
    if (session === undefined) return;
    switch (message.kind) {
      case "status":
        return this.#io.sendStatus(session.channel, message.agentId, message.status);
      case "returned":
        return this.#markAbsent(session, "returned");
      case "done":
        return this.#endSession(session, message.status, message.releasedAt);
    }
  }

  /** Stops admission, expires the agents that wait for partners, and makes the runners release every waiter. */
  shutdown(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#admission.close();
    this.closeBarrier();
    this.#dispatcher.shutdown();
  }

  /** No more workers will arrive: expires the agents that wait for partners, now and from now on. */
  closeBarrier(): void {
    this.#dispatcher.closeBarrier();
  }

  #markAbsent(session: AgentSession, status: "disconnect" | "returned"): void {
    // Of two reports only the first counts: each would publish the status, and record another time.
    if (session.isEndingAbsent || isFinal(session.agent.getStatus())) return;
    session.isEndingAbsent = true;
    this.#sessions.startSessionOperation(session, status, () => this.#endAbsent(session, status));
  }

  *#endAbsent(session: AgentSession, status: "disconnect" | "returned"): Steps<void> {
    if (yield* this.#poolEvidence.setStatus(session, status)) {
      session.absentAt = this.#options.context.clock.now();
      this.#poolEvidence.of(session).absentAtMs = session.absentAt;
    }
    if (session.runner !== undefined) return;
    // No assignment may start with it while its unit is freed. The model only frees the unit of a `waiting` agent.
    this.#dispatcher.barrier.remove(session);
    yield* freeUnit(this.#options.context, session.agent, false);
    this.#endSession(session, session.agent.getStatus(), undefined);
  }

  /** Ends an agent. A worker who passed the onboarding is assigned a unit. */
  #endSession(session: AgentSession, status: AgentStatus, releasedAt: number | undefined): void {
    this.#sessions.end(session, () => {
      this.#options.observer.gauge("agents_live", this.#sessions.live);
      if (releasedAt !== undefined && session.absentAt !== undefined) {
        // The committed row can release the waiter before this thread is notified of the commit.
        session.observer
          .trend("disconnect_detection")
          .record(Math.max(0, releasedAt - session.absentAt), releasedAt, session.agent.getAgentId());
      }
      // Agents on units have pushed their last status; the approval or rejection of an onboarding is not pushed.
      if (session.agent instanceof OnboardingAgent) {
        this.#io.sendStatus(session.channel, session.agent.getAgentId(), status);
        this.#admission.afterOnboarding(session, status);
      }
    });
  }

  #answerStatus(channel: Channel, agentId: string): void {
    const status = this.statusOf(agentId);
    if (status !== undefined) this.#io.sendStatus(channel, agentId, status);
  }

  get #io(): ClientIO {
    assert(this.#clientIO !== undefined, "the worker pool was not connected to client IO");
    return this.#clientIO;
  }
}
