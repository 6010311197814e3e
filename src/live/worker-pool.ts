/**
 * The worker pool: who is here, who may work, on what, and what became of them. It answers what clients ask (client-io.ts)
 * and hands agents to the task runners (task-runner.ts) when there is something to run.
 */
import { isFinal, type AgentStatus } from "../db/index.js";
import type { Recorder } from "../measure/index.js";
import { Agent, OnboardingAgent, TaskRun, Unit, Worker, type LiveAgent, type LiveRun, type ModelContext } from "../model/index.js";
import { wait, type Arena, type Reactor, type Steps } from "../sync/index.js";
import type { Channel } from "./channel.js";
import type { ClientIO, ClientRequests } from "./client-io.js";
import type { Crew } from "./crew.js";
import type { PoolMessage, RunnerMessage } from "./messages.js";
import { judge, ONBOARDING_QUALIFICATION } from "./onboarding-gate.js";
import type { Packet } from "./packets.js";
import type { Seat } from "./seat.js";

export interface WorkerPoolOptions {
  readonly context: ModelContext;
  /** Where the agents' slots are, to give them back. */
  readonly arena: Arena;
  readonly reactor: Reactor;
  readonly recorder: Recorder;
  readonly crew: Crew;
  readonly taskRunId: string;
  readonly providerType: string;
  readonly unitsPerAssignment: number;
  /** The qualification that admission asks for; undefined when the task has no onboarding. */
  readonly onboardingQualificationId: string | undefined;
  /** Hands work to the task runner that is chosen by `key`: what belongs together has the same one. */
  readonly toRunner: (key: number, message: RunnerMessage) => void;
  /** Tells every task runner. */
  readonly toAllRunners: (message: RunnerMessage) => void;
}

/** Statuses written from here, as evidence: what was acknowledged, and when a waiter had to be released. */
export interface PoolEvidence {
  readonly agentId: string;
  readonly acknowledgedStatuses: AgentStatus[];
  absentAtMs?: number;
}

export class WorkerPool implements ClientRequests {
  readonly #options: WorkerPoolOptions;
  readonly #seats = new Map<string, Seat>();
  /** Agents by the name under which their client registered; kept after their end to answer one who comes back. */
  readonly #registrations = new Map<string, string>();
  /** Seats that wait for their partners, by assignment. */
  readonly #gathering = new Map<string, Seat[]>();
  readonly #evidence = new Map<string, PoolEvidence>();
  #clientIO: ClientIO | undefined;
  #closing = false;
  #launched = 0;
  /** Coroutines under way. */
  #working = 0;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
  }

  /** The two know each other; whoever makes them introduces them. */
  introduce(clientIO: ClientIO): void {
    this.#clientIO = clientIO;
  }

  /** How many agents are live. */
  get live(): number {
    return this.#seats.size;
  }

  /** Whether no agent is live and nothing is being done about one. */
  get isIdle(): boolean {
    return this.#seats.size === 0 && this.#working === 0;
  }

  get evidence(): PoolEvidence[] {
    return [...this.#evidence.values()];
  }

  seatOf(agentId: string): Seat | undefined {
    return this.#seats.get(agentId);
  }

  seats(): Iterable<Seat> {
    return this.#seats.values();
  }

  statusOf(agentId: string): AgentStatus | undefined {
    const { db } = this.#options.context;
    if (OnboardingAgent.isOnboardingId(agentId)) return db.getOnboardingAgent(OnboardingAgent.getDbIdFromAgentId(agentId))?.status;
    return db.getAgent(agentId)?.status;
  }

  /** A worker asks to work, or is back after a lost connection. */
  register(channel: Channel, packet: Packet): void {
    const known = this.#registrations.get(packet.subject_id);
    if (known !== undefined) return this.#reconnect(channel, packet.subject_id, known);
    const name = packet.data["worker_name"];
    if (typeof name !== "string") return this.#refuse(channel, packet.subject_id, "worker_name is missing");
    if (this.#closing) return this.#refuse(channel, packet.subject_id, "the live run is shutting down");
    const registrationId = packet.subject_id;
    this.#start("register", function* (this: WorkerPool) {
      const { context, providerType, onboardingQualificationId } = this.#options;
      const row = yield* wait(context.db.write("findOrCreateWorker", { workerName: name, providerType }));
      const worker = Worker.get(context.db, row.workerId, row);
      if (onboardingQualificationId === undefined) return yield* this.#assign(channel, registrationId, worker);
      switch (judge(context.db, worker.dbId)) {
        case "qualified":
          return yield* this.#assign(channel, registrationId, worker);
        case "disqualified":
          { this.#refuse(channel, registrationId, "worker is not qualified"); return; }
        case "unknown":
          return yield* this.#startOnboarding(channel, registrationId, worker);
      }
    });
  }

  submitOnboarding(channel: Channel, packet: Packet): void {
    const seat = this.#seats.get(packet.subject_id);
    // A second submit is answered with what became of the first.
    if (seat === undefined || seat.submitting || isFinal(seat.agent.getStatus())) return this.#answerStatus(channel, packet.subject_id);
    this.#submit(seat, packet);
  }

  submitUnit(channel: Channel, packet: Packet): void {
    const seat = this.#seats.get(packet.subject_id);
    if (seat === undefined || isFinal(seat.agent.getStatus())) return this.#answerStatus(channel, packet.subject_id);
    if (!seat.submitting) this.#submit(seat, packet);
  }

  submitMetadata(packet: Packet): void {
    this.#seats.get(packet.subject_id)?.agent.state.updateData({ update_id: this.#options.context.ids.next(), metadata: packet.data });
  }

  /** What clients say about their agents. Only that one is gone is taken from them; on anything else the platform is right. */
  reportStatuses(channel: Channel, statuses: Packet["data"]): void {
    for (const [agentId, reported] of Object.entries(statuses)) {
      const seat = this.#seats.get(agentId);
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
    for (const seat of this.#seats.values()) if (seat.channel === channel) this.#markAbsent(seat, "disconnect");
  }

  /** What a task runner, or the provider, has to say. */
  handle(message: PoolMessage): void {
    switch (message.kind) {
      case "liveUpdate":
        return this.#io.sendLiveUpdate(message.agentId, message.update);
      case "status": {
        const seat = this.#seats.get(message.agentId);
        if (seat !== undefined) this.#io.sendStatus(seat.channel, message.agentId, message.status);
        return;
      }
      case "returned": {
        const seat = this.#seats.get(message.agentId);
        if (seat !== undefined) this.#markAbsent(seat, "returned");
        return;
      }
      case "done":
        return this.#leave(message.agentId, message.status, message.releasedAt);
    }
  }

  /** Marks every live agent as disconnected: its clients are lost. */
  disconnectActiveAgents(): void {
    for (const seat of this.#seats.values()) this.#markAbsent(seat, "disconnect");
  }

  /** Admits nobody any more, lets go of those who wait for partners, and has the runners release every waiter. */
  shutdown(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.expireGathering();
    this.#options.toAllRunners({ kind: "shutdown" });
  }

  /** Expires the agents whose partners have not come. */
  expireGathering(): void {
    for (const seats of this.#gathering.values()) {
      for (const seat of seats) {
        this.#work(seat, "expire", function* (this: WorkerPool) {
          yield* this.#setStatus(seat, "expired");
          this.#leave(seat.agent.getAgentId(), "expired", undefined);
        });
      }
    }
    this.#gathering.clear();
  }

  *#startOnboarding(channel: Channel, registrationId: string, worker: Worker): Steps<void> {
    const { context, taskRunId, recorder } = this.#options;
    const agent = yield* OnboardingAgent.newSteps(context, worker, TaskRun.get(context.db, taskRunId));
    const seat = this.#seat(agent, channel, registrationId, worker);
    recorder.count("agents_registered");
    this.#admit(seat);
    this.#options.toRunner(this.#launched++, { kind: "onboarding", agent: this.#ref(agent) });
  }

  *#assign(channel: Channel, registrationId: string, worker: Worker): Steps<void> {
    const { context, taskRunId, recorder, unitsPerAssignment } = this.#options;
    const row = this.#closing ? null : yield* wait(context.db.write("reserveUnit", taskRunId, worker.dbId));
    if (row === null) { this.#refuse(channel, registrationId, "there is no unit to work on"); return; }
    const unit = Unit.get(context.db, row.unitId, row);
    const agent = yield* Agent.newFromProviderDataSteps(context, worker, unit, {});
    const seat = this.#seat(agent, channel, registrationId, worker);
    recorder.count("agents_registered");
    this.#admit(seat);
    if (unitsPerAssignment === 1) { this.#launch(unit.assignmentId, [seat]); return; }

    const gathered = this.#gathering.get(unit.assignmentId) ?? [];
    gathered.push(seat);
    this.#gathering.set(unit.assignmentId, gathered);
    if (gathered.length < unitsPerAssignment) return yield* this.#setStatus(seat, "waiting");
    this.#gathering.delete(unit.assignmentId);
    this.#launch(unit.assignmentId, gathered);
  }

  #launch(assignmentId: string, seats: readonly Seat[]): void {
    this.#options.toRunner(this.#launched++, {
      kind: "assignment",
      assignmentId,
      agents: seats.map(({ agent }) => this.#ref(agent)),
    });
  }

  #reconnect(channel: Channel, registrationId: string, agentId: string): void {
    const seat = this.#seats.get(agentId);
    const status = seat?.agent.getStatus() ?? this.statusOf(agentId);
    this.#options.recorder.count("reconnects");
    if (seat === undefined || status === undefined || isFinal(status)) {
      const reason = status === "rejected" ? "the onboarding was not passed" : `the agent is over: ${status ?? "unknown"}`;
      return this.#refuse(channel, registrationId, reason, agentId, status);
    }
    seat.channel = channel;
    this.#details(channel, registrationId, { agent_id: agentId, status });
  }

  #submit(seat: Seat, packet: Packet): void {
    seat.submitting = true;
    const agentId = seat.agent.getAgentId();
    this.#work(seat, "submit", function* (this: WorkerPool) {
      yield* seat.agent.handleSubmitSteps(packet.data);
      this.#io.send(seat.channel, { packet_type: packet.packet_type, subject_id: agentId, data: { acknowledged: true } });
    });
  }

  #markAbsent(seat: Seat, status: "disconnect" | "returned"): void {
    if (isFinal(seat.agent.getStatus())) return;
    this.#work(seat, status, function* (this: WorkerPool) {
      yield* this.#setStatus(seat, status);
      seat.absentAt = this.#options.context.clock.now();
      this.#note(seat).absentAtMs ??= seat.absentAt;
      this.#letGoOfGathering(seat, status);
    });
  }

  /** One who leaves before the partners came is not in any runner's hands. */
  #letGoOfGathering(seat: Seat, status: AgentStatus): void {
    for (const [assignmentId, seats] of this.#gathering) {
      const place = seats.indexOf(seat);
      if (place < 0) continue;
      seats.splice(place, 1);
      if (seats.length === 0) this.#gathering.delete(assignmentId);
      this.#leave(seat.agent.getAgentId(), status, undefined);
      return;
    }
  }

  *#setStatus(seat: Seat, status: AgentStatus): Steps<void> {
    const { clock } = this.#options.context;
    const before = clock.now();
    yield* seat.agent.updateStatusSteps(status);
    this.#options.recorder.trend("status_commit_time").record(clock.now() - before, clock.now());
    this.#note(seat).acknowledgedStatuses.push(status);
  }

  #note(seat: Seat): PoolEvidence {
    const agentId = seat.agent.getAgentId();
    let note = this.#evidence.get(agentId);
    if (note === undefined) this.#evidence.set(agentId, (note = { agentId, acknowledgedStatuses: [] }));
    return note;
  }

  /** The runner is done with the agent: an admitted worker goes on to a unit; the slot is free. */
  #leave(agentId: string, status: AgentStatus, releasedAt: number | undefined): void {
    const seat = this.#seats.get(agentId);
    if (seat === undefined) return;
    const { recorder } = this.#options;
    if (releasedAt !== undefined && seat.absentAt !== undefined) {
      // The waiter can be released by the committed row before this thread has learnt that it is committed.
      recorder.trend("disconnect_detection").record(Math.max(0, releasedAt - seat.absentAt), releasedAt);
    }
    this.#seats.delete(agentId);
    // Agents on units have pushed their last status themselves; an approval or rejection of an onboarding is not pushed.
    if (seat.agent instanceof OnboardingAgent) this.#io.sendStatus(seat.channel, agentId, status);
    seat.left = true;
    this.#releaseSlot(seat);
    if (seat.agent instanceof OnboardingAgent) this.#afterOnboarding(seat, status);
  }

  /** Gives the slot back once neither a runner nor a coroutine of this pool can touch it. */
  #releaseSlot(seat: Seat): void {
    if (!seat.left || seat.operations > 0) return;
    const { arena, context: { slots } } = this.#options;
    const agentId = seat.agent.getAgentId();
    const slot = slots.slotOf(agentId);
    slots.forget(agentId);
    arena.release(slot);
  }

  #afterOnboarding(seat: Seat, status: AgentStatus): void {
    const { recorder } = this.#options;
    if (status === "approved") {
      recorder.count("onboarding_passed");
      this.#start("assign", function* (this: WorkerPool) {
        yield* this.#assign(seat.channel, seat.registrationId, seat.worker);
      });
    } else if (status === "rejected") {
      recorder.count("onboarding_failed");
      this.#refuse(seat.channel, seat.registrationId, "the onboarding was not passed", seat.agent.getAgentId(), status);
    }
  }

  #seat(agent: LiveAgent, channel: Channel, registrationId: string, worker: Worker): Seat {
    const liveRun: LiveRun = {
      pushStatusUpdate: (pushed, status) => {
        const seat = this.#seats.get(pushed.getAgentId());
        if (seat !== undefined) this.#io.sendStatus(seat.channel, pushed.getAgentId(), status);
      },
      sendLiveUpdate: (agentId, update) => this.#io.sendLiveUpdate(agentId, update),
    };
    agent.setLiveRun(liveRun);
    return {
      agent, worker, registrationId, channel,
      seen: new Set(), refused: undefined, submitting: false, absentAt: undefined, operations: 0, left: false,
    };
  }

  #admit(seat: Seat): void {
    const agentId = seat.agent.getAgentId();
    this.#seats.set(agentId, seat);
    this.#registrations.set(seat.registrationId, agentId);
    this.#details(seat.channel, seat.registrationId, { agent_id: agentId, status: seat.agent.dbStatus });
  }

  #ref(agent: LiveAgent): { agentId: string; slot: number } {
    const agentId = agent.getAgentId();
    return { agentId, slot: this.#options.context.slots.slotOf(agentId).index };
  }

  #details(channel: Channel, registrationId: string, data: Packet["data"]): void {
    this.#io.send(channel, { packet_type: "agent_details", subject_id: registrationId, data });
  }

  #refuse(channel: Channel, registrationId: string, reason: string, agentId?: string, status?: AgentStatus): void {
    this.#details(channel, registrationId, { agent_id: agentId, status, failure_reason: reason });
  }

  #answerStatus(channel: Channel, agentId: string): void {
    const status = this.statusOf(agentId);
    if (status !== undefined) this.#io.sendStatus(channel, agentId, status);
  }

  /** Starts a coroutine that uses the seat's agent. */
  #work(seat: Seat, name: string, body: (this: WorkerPool) => Steps<void>): void {
    seat.operations++;
    this.#start(name, function* (this: WorkerPool) {
      try {
        yield* body.call(this);
      } finally {
        seat.operations--;
        this.#releaseSlot(seat);
      }
    });
  }

  #start(name: string, body: (this: WorkerPool) => Steps<void>): void {
    const counted = function* (this: WorkerPool): Steps<void> {
      this.#working++;
      try {
        yield* body.call(this);
      } finally {
        this.#working--;
      }
    };
    this.#options.crew.start(name, () => counted.call(this));
  }

  get #io(): ClientIO {
    if (this.#clientIO === undefined) throw new Error("the worker pool was not introduced to client IO");
    return this.#clientIO;
  }
}

export { ONBOARDING_QUALIFICATION };
