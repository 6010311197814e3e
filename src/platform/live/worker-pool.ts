/**
 * The worker pool: who is here, who may work, on what, and what became of them. It answers what clients ask (client-io.ts)
 * and hands agents to the task runners (task-runner.ts) when there is something to run.
 *
 * Until an agent is handed to a runner the pool ends it; from then on the runner does, and says so (`done`), unless its thread
 * dies. The pool still writes what the runner cannot know: that the worker is gone.
 */
import { isFinal, type AgentStatus } from "../../vocabulary/index.js";
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
  /** One whose final statuses are kept. */
  readonly context: ModelContext;
  /** Where the agents' slots are, to give them back. */
  readonly arena: Arena;
  readonly observer: LiveRunObserver;
  readonly taskGroup: TaskGroup;
  readonly taskRunId: string;
  readonly providerType: string;
  readonly unitsPerAssignment: number;
  /** What a worker must meet to be admitted, before any onboarding. */
  readonly requirements: readonly Requirement[];
  /** The qualification that the onboarding grants; undefined when the task has none. */
  readonly onboardingQualificationId: string | undefined;
  /** The way to each task runner. */
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
    this.#poolEvidence = createPoolEvidence(options.context.clock, options.observer);
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

  /** The two know each other; whoever makes them introduces them. */
  connectClientIO(clientIO: ClientIO): void {
    this.#clientIO = clientIO;
  }

  /** How many agents are live. */
  get live(): number {
    return this.#sessions.live;
  }

  /** Whether no agent is live and nothing is being done about one. */
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

  /** A second submit is answered with what becomes of the agent, now if it is known. */
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
    this.#io.send(session.channel, { packet_type, subject_id, data: { acknowledged: true } });
  }

  submitMetadata(packet: ChannelPacket): void {
    this.#sessions
      .of(packet.subject_id)
      ?.agent.state.updateData({ update_id: this.#options.context.ids.next(), metadata: packet.data });
  }

  /** What clients say about their agents. Only that one is gone is taken from them; on anything else the platform is right. */
  reportStatuses(channel: Channel, statuses: ChannelPacket["data"]): void {
    for (const [agentId, reported] of Object.entries(statuses)) {
      const session = this.#sessions.of(agentId);
      if (session === undefined) {
        this.#answerStatus(channel, agentId);
        continue;
      }
      const status = session.agent.getStatus();
      // An agent whose task is done but whose client has said so first is about to be completed by its runner.
      if (reported === status || reported === "completed") continue;
      if (reported === "disconnect" && !isFinal(status)) this.#markAbsent(session, "disconnect");
      else this.#io.sendStatus(channel, agentId, status);
    }
  }

  channelClosed(channel: Channel): void {
    for (const session of this.#sessions.all())
      if (session.channel === channel) this.#markAbsent(session, "disconnect");
  }

  /** What a task runner, the provider, or who watches over the runners has to say. */
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

  /** Admits nobody any more, lets go of those who wait for partners, and has the runners release every waiter. */
  shutdown(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#admission.close();
    this.closeBarrier();
    this.#dispatcher.shutdown();
  }

  /** Nobody more will come: expires the agents whose partners have not, now and from now on. */
  closeBarrier(): void {
    this.#dispatcher.closeBarrier();
  }

  #markAbsent(session: AgentSession, status: "disconnect" | "returned"): void {
    // Of two reports one is enough: each would announce the status, and tell another time.
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
    // Nobody is to begin with it while its unit is given back. The model gives back only the unit of one who is known to be waiting.
    this.#dispatcher.barrier.remove(session);
    yield* freeUnit(this.#options.context, session.agent, false);
    this.#endSession(session, session.agent.getStatus(), undefined);
  }

  /** The agent is over: an admitted worker goes on to a unit. */
  #endSession(session: AgentSession, status: AgentStatus, releasedAt: number | undefined): void {
    this.#sessions.end(session, () => {
      this.#options.observer.gauge("agents_live", this.#sessions.live);
      if (releasedAt !== undefined && session.absentAt !== undefined) {
        // The waiter can be released by the committed row before this thread has learnt that it is committed.
        this.#options.observer
          .trend("disconnect_detection")
          .record(Math.max(0, releasedAt - session.absentAt), releasedAt);
      }
      // Agents on units have pushed their last status themselves; an approval or rejection of an onboarding is not pushed.
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
    if (this.#clientIO === undefined) throw new Error("the worker pool was not introduced to client IO");
    return this.#clientIO;
  }
}
