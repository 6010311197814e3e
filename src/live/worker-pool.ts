/**
 * The worker pool: who is here, who may work, on what, and what became of them. It answers what clients ask (client-io.ts)
 * and hands agents to the task runners (task-runner.ts) when there is something to run.
 *
 * Until an agent is handed to a runner the pool ends it; from then on the runner does, and says so (`done`), unless its thread
 * dies. The pool still writes what the runner cannot know: that the worker is gone.
 */
import { isFinal, type AgentStatus } from "../db/index.js";
import { OnboardingAgent, type ModelContext } from "../model/index.js";
import type { Arena, Steps } from "../sync/index.js";
import { createAdmission, type Admission } from "./admission.js";
import type { Channel } from "./channel.js";
import type { ClientIO, ClientRequests } from "./client-io.js";
import type { Crew } from "./crew.js";
import type { Outbox } from "./inbox.js";
import { createLaunching, type Launching } from "./launching.js";
import type { PoolMessage } from "./messages.js";
import type { Packet } from "./packets.js";
import { createPoolNotes, type PoolEvidence, type PoolNotes } from "./pool-notes.js";
import type { Requirement } from "./qualifications.js";
import type { Seat } from "./seat.js";
import { createSeats, type Seats } from "./seats.js";
import { releaseUnit } from "./units.js";
import type { LiveRunObserver } from "./observer.js";

export interface WorkerPoolOptions {
  /** One whose final statuses are kept. */
  readonly context: ModelContext;
  /** Where the agents' slots are, to give them back. */
  readonly arena: Arena;
  readonly recorder: LiveRunObserver;
  readonly crew: Crew;
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
  readonly #seats: Seats;
  readonly #notes: PoolNotes;
  readonly #launching: Launching;
  readonly #admission: Admission;
  #clientIO: ClientIO | undefined;
  #closing = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#seats = createSeats(options);
    this.#notes = createPoolNotes(options.context.clock, options.recorder);
    const parts = { ...options, seats: this.#seats, notes: this.#notes };
    this.#launching = createLaunching({ ...parts, leave: (seat, status) => this.#leave(seat, status, undefined) });
    this.#admission = createAdmission({
      ...parts,
      launching: this.#launching,
      io: () => this.#io,
      statusOf: (agentId) => this.statusOf(agentId),
      disconnected: (seat) => this.#markAbsent(seat, "disconnect"),
    });
  }

  /** The two know each other; whoever makes them introduces them. */
  introduce(clientIO: ClientIO): void {
    this.#clientIO = clientIO;
  }

  /** How many agents are live. */
  get live(): number {
    return this.#seats.live;
  }

  /** Whether no agent is live and nothing is being done about one. */
  get isIdle(): boolean {
    return this.#seats.isIdle;
  }

  get evidence(): PoolEvidence[] {
    return this.#notes.all();
  }

  seatOf(agentId: string): Seat | undefined {
    return this.#seats.of(agentId);
  }

  seats(): Iterable<Seat> {
    return this.#seats.all();
  }

  statusOf(agentId: string): AgentStatus | undefined {
    const { db } = this.#options.context;
    if (OnboardingAgent.isOnboardingId(agentId))
      return db.getOnboardingAgent(OnboardingAgent.getDbIdFromAgentId(agentId))?.status;
    return db.getAgent(agentId)?.status;
  }

  register(channel: Channel, packet: Packet): void {
    this.#admission.register(channel, packet);
  }

  /** A second submit is answered with what becomes of the agent, now if it is known. */
  submit(channel: Channel, packet: Packet): void {
    const seat = this.#seats.of(packet.subject_id);
    if (seat === undefined || isFinal(seat.agent.getStatus())) return this.#answerStatus(channel, packet.subject_id);
    if (seat.submitting) return;
    seat.submitting = true;
    this.#seats.work(seat, "submit", () => this.#takeSubmit(seat, packet));
  }

  *#takeSubmit(seat: Seat, { packet_type, subject_id, data }: Packet): Steps<void> {
    yield* seat.agent.handleSubmitSteps(data);
    this.#io.send(seat.channel, { packet_type, subject_id, data: { acknowledged: true } });
  }

  submitMetadata(packet: Packet): void {
    this.#seats
      .of(packet.subject_id)
      ?.agent.state.updateData({ update_id: this.#options.context.ids.next(), metadata: packet.data });
  }

  /** What clients say about their agents. Only that one is gone is taken from them; on anything else the platform is right. */
  reportStatuses(channel: Channel, statuses: Packet["data"]): void {
    for (const [agentId, reported] of Object.entries(statuses)) {
      const seat = this.#seats.of(agentId);
      if (seat === undefined) {
        this.#answerStatus(channel, agentId);
        continue;
      }
      const status = seat.agent.getStatus();
      // An agent whose task is done but whose client has said so first is about to be completed by its runner.
      if (reported === status || reported === "completed") continue;
      if (reported === "disconnect" && !isFinal(status)) this.#markAbsent(seat, "disconnect");
      else this.#io.sendStatus(channel, agentId, status);
    }
  }

  channelClosed(channel: Channel): void {
    for (const seat of this.#seats.all()) if (seat.channel === channel) this.#markAbsent(seat, "disconnect");
  }

  /** What a task runner, the provider, or who watches over the runners has to say. */
  handle(message: PoolMessage): void {
    if (message.kind === "runnerLost") return this.#launching.loseRunner(message.runner);
    if (message.kind === "liveUpdate") return this.#io.sendLiveUpdate(message.agentId, message.update);
    const seat = this.#seats.of(message.agentId);
    if (seat === undefined) return;
    switch (message.kind) {
      case "status":
        return this.#io.sendStatus(seat.channel, message.agentId, message.status);
      case "returned":
        return this.#markAbsent(seat, "returned");
      case "done":
        return this.#leave(seat, message.status, message.releasedAt);
    }
  }

  /** Admits nobody any more, lets go of those who wait for partners, and has the runners release every waiter. */
  shutdown(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#admission.close();
    this.endGathering();
    this.#launching.shutdown();
  }

  /** Nobody more will come: expires the agents whose partners have not, now and from now on. */
  endGathering(): void {
    this.#launching.endGathering();
  }

  #markAbsent(seat: Seat, status: "disconnect" | "returned"): void {
    // Of two reports one is enough: each would announce the status, and tell another time.
    if (seat.leaving || isFinal(seat.agent.getStatus())) return;
    seat.leaving = true;
    this.#seats.work(seat, status, () => this.#endAbsent(seat, status));
  }

  *#endAbsent(seat: Seat, status: "disconnect" | "returned"): Steps<void> {
    if (yield* this.#notes.setStatus(seat, status)) {
      seat.absentAt = this.#options.context.clock.now();
      this.#notes.of(seat).absentAtMs = seat.absentAt;
    }
    if (seat.runner !== undefined) return;
    // Nobody is to begin with it while its unit is given back. The model gives back only the unit of one who is known to be waiting.
    this.#launching.gathering.leave(seat);
    yield* releaseUnit(this.#options.context, seat.agent, false);
    this.#leave(seat, seat.agent.getStatus(), undefined);
  }

  /** The agent is over: an admitted worker goes on to a unit. */
  #leave(seat: Seat, status: AgentStatus, releasedAt: number | undefined): void {
    this.#seats.vacate(seat, () => {
      this.#options.recorder.gauge("agents_live", this.#seats.live);
      if (releasedAt !== undefined && seat.absentAt !== undefined) {
        // The waiter can be released by the committed row before this thread has learnt that it is committed.
        this.#options.recorder
          .trend("disconnect_detection")
          .record(Math.max(0, releasedAt - seat.absentAt), releasedAt);
      }
      // Agents on units have pushed their last status themselves; an approval or rejection of an onboarding is not pushed.
      if (seat.agent instanceof OnboardingAgent) {
        this.#io.sendStatus(seat.channel, seat.agent.getAgentId(), status);
        this.#admission.afterOnboarding(seat, status);
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
