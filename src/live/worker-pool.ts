/**
 * The worker pool: who is here, who may work, on what, and what became of them. It answers what clients ask (client-io.ts)
 * and hands agents to the task runners (task-runner.ts) when there is something to run.
 *
 * Until an agent is handed to a runner the pool ends it; from then on the runner does, and says so (`done`), unless its thread
 * dies. The pool still writes what the runner cannot know: that the worker is gone.
 */
import { isFinal, type AgentStatus } from "../db/index.js";
import type { Recorder } from "../measure/index.js";
import { Agent, OnboardingAgent, TaskRun, Worker, type LiveAgent, type LiveRun, type ModelContext } from "../model/index.js";
import { wait, type Arena, type Steps } from "../sync/index.js";
import type { Channel } from "./channel.js";
import type { ClientIO, ClientRequests } from "./client-io.js";
import type { Crew } from "./crew.js";
import { createGathering, type Gathering } from "./gathering.js";
import type { Outbox } from "./inbox.js";
import type { AgentRef, PoolMessage, RunnerMessage } from "./messages.js";
import { judge } from "./onboarding-gate.js";
import type { Packet } from "./packets.js";
import { createPoolNotes, type PoolEvidence, type PoolNotes } from "./pool-notes.js";
import { createRunnerPool, type RunnerPool } from "./runner-pool.js";
import type { Applicant, Seat } from "./seat.js";
import { completeUnit, releaseUnit, reserveUnit } from "./units.js";

export interface WorkerPoolOptions {
  /** One whose final statuses are kept. */
  readonly context: ModelContext;
  /** Where the agents' slots are, to give them back. */
  readonly arena: Arena;
  readonly recorder: Recorder;
  readonly crew: Crew;
  readonly taskRunId: string;
  readonly providerType: string;
  readonly unitsPerAssignment: number;
  /** The qualification that admission asks for; undefined when the task has no onboarding. */
  readonly onboardingQualificationId: string | undefined;
  /** The way to each task runner. */
  readonly runners: readonly Outbox[];
}

export class WorkerPool implements ClientRequests {
  readonly #options: WorkerPoolOptions;
  readonly #seats = new Map<string, Seat>();
  /** Agents by the name under which their client registered; kept after their end to answer one who comes back. */
  readonly #registrations = new Map<string, string>();
  /** Those who will have an agent soon, or be refused one, by the same name. */
  readonly #applicants = new Map<string, Applicant>();
  readonly #gathering: Gathering;
  readonly #runners: RunnerPool;
  readonly #notes: PoolNotes;
  #clientIO: ClientIO | undefined;
  /** Nobody more comes to join those who wait for partners. */
  #gatheringOver = false;
  #closing = false;
  /** Coroutines under way. */
  #working = 0;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#gathering = createGathering(options.unitsPerAssignment);
    this.#runners = createRunnerPool(options.runners);
    this.#notes = createPoolNotes(options.context.clock, options.recorder);
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
    return this.#notes.all();
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
    const registrationId = packet.subject_id;
    const applicant = this.#applicants.get(registrationId);
    const known = this.#registrations.get(registrationId);
    if (applicant !== undefined || known !== undefined) this.#options.recorder.count("reconnects");
    if (applicant !== undefined) {
      // It asks again before it was answered: one answer will do.
      applicant.channel = channel;
      return;
    }
    if (known !== undefined) return this.#reconnect(channel, registrationId, known);
    const name = packet.data["worker_name"];
    if (typeof name !== "string") return this.#refuse({ channel, registrationId }, "worker_name is missing");
    if (this.#closing) return this.#refuse({ channel, registrationId }, "the live run is shutting down");
    this.#apply({ channel, registrationId }, (self) => this.#admitWorker(self, name));
  }

  /** A second submit is answered with what becomes of the agent, now if it is known. */
  submit(channel: Channel, packet: Packet): void {
    const seat = this.#seats.get(packet.subject_id);
    if (seat === undefined || isFinal(seat.agent.getStatus())) return this.#answerStatus(channel, packet.subject_id);
    if (seat.submitting) return;
    seat.submitting = true;
    this.#work(seat, "submit", function* () {
      yield* seat.agent.handleSubmitSteps(packet.data);
      this.#io.send(seat.channel, { packet_type: packet.packet_type, subject_id: packet.subject_id, data: { acknowledged: true } });
    });
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

  /** What a task runner, the provider, or who watches over the runners has to say. */
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
      case "done": {
        const seat = this.#seats.get(message.agentId);
        if (seat !== undefined) this.#leave(seat, message.status, message.releasedAt);
        return;
      }
      case "runnerLost":
        return this.#loseRunner(message.runner);
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
    this.endGathering();
    this.#runners.tellAll({ kind: "shutdown" });
  }

  /** Nobody more will come: expires the agents whose partners have not, now and from now on. */
  endGathering(): void {
    this.#gatheringOver = true;
    for (const seat of this.#gathering.dissolve()) this.#expire(seat);
  }

  *#admitWorker(applicant: Applicant, workerName: string): Steps<void> {
    const { context, providerType, onboardingQualificationId } = this.#options;
    const row = yield* wait(context.db.write("findOrCreateWorker", { workerName, providerType }));
    const worker = Worker.get(context.db, row.workerId, row);
    switch (onboardingQualificationId === undefined ? "qualified" : judge(context.db, worker.dbId)) {
      case "qualified":
        return yield* this.#assign(applicant, worker);
      case "disqualified":
        this.#refuse(applicant, "worker is not qualified");
        return;
      case "unknown":
        return yield* this.#startOnboarding(applicant, worker);
    }
  }

  *#startOnboarding(applicant: Applicant, worker: Worker): Steps<void> {
    const { context, taskRunId } = this.#options;
    const agent = yield* OnboardingAgent.newSteps(context, worker, TaskRun.get(context.db, taskRunId));
    const seat = this.#admit(agent, applicant, worker);
    this.#launch([seat], ([ref]) => ({ kind: "onboarding", agent: ref }));
  }

  /** Gives the worker a unit, and begins once all of its assignment are there. */
  *#assign(applicant: Applicant, worker: Worker): Steps<void> {
    const { context, taskRunId } = this.#options;
    const unit = this.#closing ? undefined : yield* reserveUnit(context, taskRunId, worker, this.#gathering);
    if (unit === undefined) {
      this.#refuse(applicant, "there is no unit to work on");
      return;
    }
    const agent = yield* Agent.newFromProviderDataSteps(context, worker, unit, {});
    const seat = this.#admit(agent, applicant, worker);
    this.#work(seat, "gather", () => this.#gather(seat, unit.assignmentId));
  }

  *#gather(seat: Seat, assignmentId: string): Steps<void> {
    // The last to come does not wait. Who waits joins only when that is committed: the runner's next status must come after it.
    if (!this.#gathering.lacksOne(assignmentId)) yield* this.#notes.setStatus(seat, "waiting");
    if (seat.left) return;
    if (this.#gatheringOver && this.#options.unitsPerAssignment > 1) {
      this.#expire(seat);
      return;
    }
    const seats = this.#gathering.join(assignmentId, seat);
    if (seats !== undefined) this.#launch(seats, (agents) => ({ kind: "assignment", assignmentId, agents }));
  }

  /** Hands agents to one of the runners that are alive. */
  #launch(seats: readonly Seat[], messageFor: (agents: readonly [AgentRef, ...AgentRef[]]) => RunnerMessage): void {
    const runner = this.#runners.next();
    const [first, ...others] = seats.map(({ agent }) => this.#ref(agent));
    if (runner === undefined || first === undefined) {
      for (const seat of seats) this.#expire(seat);
      return;
    }
    for (const seat of seats) {
      seat.runner = runner;
      this.#notes.of(seat).runner = runner;
    }
    this.#runners.tell(runner, messageFor([first, ...others]));
  }

  /** Ends what a dead runner had in hand: not the worker has gone, but the work. */
  #loseRunner(runner: number): void {
    this.#runners.lose(runner);
    for (const seat of this.#seats.values()) if (seat.runner === runner) this.#expire(seat);
  }

  /** Ends an agent that no runner has in hand, and settles its unit. */
  #expire(seat: Seat): void {
    const { context, unitsPerAssignment } = this.#options;
    const { agent } = seat;
    this.#work(seat, "expire", function* () {
      yield* this.#notes.setStatus(seat, "expired");
      const status = agent.getStatus();
      if (status === "completed") yield* completeUnit(context, agent);
      else yield* releaseUnit(context, agent, unitsPerAssignment > 1);
      this.#leave(seat, status, undefined);
    });
  }

  #reconnect(channel: Channel, registrationId: string, agentId: string): void {
    const seat = this.#seats.get(agentId);
    const status = seat?.agent.getStatus() ?? this.statusOf(agentId);
    if (seat === undefined || status === undefined || isFinal(status)) {
      const reason = status === "rejected" ? "the onboarding was not passed" : `the agent is over: ${status ?? "unknown"}`;
      return this.#refuse({ channel, registrationId }, reason, agentId, status);
    }
    seat.channel = channel;
    this.#details(channel, registrationId, { agent_id: agentId, status });
  }

  #markAbsent(seat: Seat, status: "disconnect" | "returned"): void {
    if (isFinal(seat.agent.getStatus())) return;
    this.#work(seat, status, function* () {
      if (yield* this.#notes.setStatus(seat, status)) {
        seat.absentAt = this.#options.context.clock.now();
        this.#notes.of(seat).absentAtMs ??= seat.absentAt;
      }
      if (seat.runner === undefined) this.#leave(seat, seat.agent.getStatus(), undefined);
    });
  }

  /** The agent is over: an admitted worker goes on to a unit; the slot is free. Nothing happens to one that has left already. */
  #leave(seat: Seat, status: AgentStatus, releasedAt: number | undefined): void {
    if (seat.left) return;
    seat.left = true;
    const { recorder } = this.#options;
    if (releasedAt !== undefined && seat.absentAt !== undefined) {
      // The waiter can be released by the committed row before this thread has learnt that it is committed.
      recorder.trend("disconnect_detection").record(Math.max(0, releasedAt - seat.absentAt), releasedAt);
    }
    const agentId = seat.agent.getAgentId();
    this.#gathering.leave(seat);
    this.#seats.delete(agentId);
    // Agents on units have pushed their last status themselves; an approval or rejection of an onboarding is not pushed.
    if (seat.agent instanceof OnboardingAgent) {
      this.#io.sendStatus(seat.channel, agentId, status);
      this.#afterOnboarding(seat, status);
    }
    this.#releaseSlot(seat);
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
    const { registrationId, channel, worker, agent } = seat;
    if (status === "approved") {
      recorder.count("onboarding_passed");
      this.#apply({ registrationId, channel }, (applicant) => this.#assign(applicant, worker));
    } else if (status === "rejected") {
      recorder.count("onboarding_failed");
      this.#refuse(seat, "the onboarding was not passed", agent.getAgentId(), status);
    }
  }

  /** The agent is live from here on, and its client knows. */
  #admit(agent: LiveAgent, { registrationId, channel }: Applicant, worker: Worker): Seat {
    const agentId = agent.getAgentId();
    const liveRun: LiveRun = {
      pushStatusUpdate: (pushed, status) => {
        const seat = this.#seats.get(pushed.getAgentId());
        if (seat !== undefined) this.#io.sendStatus(seat.channel, pushed.getAgentId(), status);
      },
      sendLiveUpdate: (id, update) => this.#io.sendLiveUpdate(id, update),
    };
    agent.setLiveRun(liveRun);
    const seat: Seat = {
      agent, worker, registrationId, channel,
      seen: new Set(), refused: undefined, submitting: false, absentAt: undefined, runner: undefined, operations: 0, left: false,
    };
    this.#seats.set(agentId, seat);
    this.#registrations.set(registrationId, agentId);
    this.#notes.of(seat);
    this.#options.recorder.count("agents_registered");
    this.#details(channel, registrationId, { agent_id: agentId, status: agent.dbStatus });
    // Its channel ended before there was an agent to mark.
    if (!channel.isAlive()) this.#markAbsent(seat, "disconnect");
    return seat;
  }

  #ref(agent: LiveAgent): AgentRef {
    const agentId = agent.getAgentId();
    return { agentId, slot: this.#options.context.slots.slotOf(agentId).index };
  }

  #details(channel: Channel, registrationId: string, data: Packet["data"]): void {
    this.#io.send(channel, { packet_type: "agent_details", subject_id: registrationId, data });
  }

  #refuse({ channel, registrationId }: Applicant, reason: string, agentId?: string, status?: AgentStatus): void {
    this.#details(channel, registrationId, { agent_id: agentId, status, failure_reason: reason });
  }

  #answerStatus(channel: Channel, agentId: string): void {
    const status = this.statusOf(agentId);
    if (status !== undefined) this.#io.sendStatus(channel, agentId, status);
  }

  /** Starts what ends with an agent for the applicant, or its refusal; until then the applicant is known to be under way. */
  #apply(applicant: Applicant, body: (applicant: Applicant) => Steps<void>): void {
    this.#applicants.set(applicant.registrationId, applicant);
    this.#start("apply", function* () {
      try {
        yield* body(applicant);
      } finally {
        this.#applicants.delete(applicant.registrationId);
      }
    });
  }

  /** Starts a coroutine that uses the seat's agent. */
  #work(seat: Seat, name: string, body: (this: WorkerPool) => Steps<void>): void {
    seat.operations++;
    this.#start(name, function* () {
      try {
        yield* body.call(this);
      } finally {
        seat.operations--;
        this.#releaseSlot(seat);
      }
    });
  }

  #start(name: string, body: (this: WorkerPool) => Steps<void>): void {
    this.#working++;
    const counted = function* (this: WorkerPool): Steps<void> {
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
