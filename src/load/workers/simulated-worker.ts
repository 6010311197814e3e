/**
 * One simulated worker: a coroutine that carries out its plan at the planned times, independently of how fast the
 * platform answers. It knows the platform only by packets.
 */
import {
  AGENT_STATUSES,
  assert,
  isFinal,
  isOnboardingId,
  updateIdFor,
  type AgentStatus,
} from "../../vocabulary/index.js";
import type { LiveUpdateData, ChannelPacket } from "../../platform/live/index.js";
import type { SampledWorker } from "../measure/index.js";
import type { PlannedAction, TaskPlan, WorkerPlan } from "../scenario/index.js";
import { wait, type Steps, type Wait } from "../../platform/sync/index.js";
import { ConnectionDrops } from "./connection-drops.js";
import { onboardingSteps, taskSteps, textOf, type PhaseStep } from "./phase-steps.js";
import type { ClientThreadContext, WorkerContext } from "./worker-context.js";
import type { ClientConnection } from "./worker-router.js";

/** How long a client waits before it resends an update that the platform had no room for, ms. */
const RETRY_MS = 20;

/** How a phase ended. */
type PhaseOutcome = "admitted" | "over";
/** Why a wait ended without a packet: its time was due, or the worker was away and its schedule has moved. */
type WaitEnd = "due" | "moved";

/** The connection dropped, and this agent has no worker any more. Ends the phase. */
class Interrupted extends Error {
  constructor(readonly comesBack: boolean) {
    super("the connection dropped");
  }
}

/**
 * The name of worker `index` of a plan at its crowd provider. `prefix`: of the run, where several runs share a
 * platform.
 */
export function workerNameOf(index: number, prefix = ""): string {
  return `${prefix}worker-${index}`;
}

/** The index of the worker with this name; undefined for a name that {@link workerNameOf} does not give. */
export function workerIndexOf(name: string, prefix = ""): number | undefined {
  const start = `${prefix}worker-`;
  const digits = name.startsWith(start) ? name.slice(start.length) : "";
  return /^\d+$/.test(digits) ? Number(digits) : undefined;
}

/**
 * As {@link workerIndexOf}, by a registration of the worker: its index, a point, and the number of the registration.
 */
export function workerIndexOfRegistration(registrationId: string, prefix = ""): number | undefined {
  const [digits = ""] = registrationId.startsWith(prefix) ? registrationId.slice(prefix.length).split(".") : [];
  return /^\d+$/.test(digits) ? Number(digits) : undefined;
}

/** Carries out the plan of a worker. What it measures has the worker's behaviour as a tag. */
export function* simulateWorker(plan: WorkerPlan, thread: ClientThreadContext): Steps<void> {
  const ofWorker = thread.recorder.ofBehaviour(plan.behaviour, () => worker.sampled);
  const context: WorkerContext = { ...thread, recorder: ofWorker };
  const { reactor, recorder, originMs } = context;
  const arrival = originMs + plan.arriveAt;
  yield* wait(reactor.until(arrival));
  const now = reactor.clock.now();
  const worker = new SimulatedWorker(plan, context);
  recorder.count("workers_started");
  recorder.trend("schedule_slip").record(Math.max(0, now - arrival), now, worker.sampled);

  let task = plan.task;
  for (let attempt = 0; ; attempt++) {
    try {
      yield* worker.attempt(attempt, task);
      return;
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      task = plan.disconnect?.reconnect?.task;
      if (!error.comesBack) return;
    }
  }
}

class SimulatedWorker {
  readonly #plan: WorkerPlan;
  readonly #context: WorkerContext;
  readonly #drops: ConnectionDrops;
  #connection: ClientConnection | undefined;
  #status: AgentStatus | undefined;
  /** How far this phase is behind its plan because the worker was away, ms. */
  #shift = 0;
  /** The step to resume from, set by the platform, and the earliest time for it. */
  #resendFrom: number | undefined;
  #notBefore = 0;
  /** Back-pressure has put the worker behind its plan, and it has not caught up yet. */
  #isDelayed = false;
  #hasSubmitted = false;
  #submittedAt = 0;
  /** The worker and its present agent, for samples. */
  #sampled: SampledWorker;

  constructor(plan: WorkerPlan, context: WorkerContext) {
    this.#plan = plan;
    this.#context = context;
    this.#drops = new ConnectionDrops(plan.disconnect, context.originMs);
    this.#sampled = { worker: plan.index, behaviour: plan.behaviour };
  }

  get sampled(): SampledWorker {
    return this.#sampled;
  }

  /** Registers, then carries out onboarding and task. Throws {@link Interrupted} when the connection drops. */
  *attempt(number: number, task: TaskPlan | undefined): Steps<void> {
    const { router, reactor, recorder, prefix } = this.#context;
    const connection = router.connect(`${prefix}${this.#plan.index}.${number}`, recorder);
    this.#connection = connection;
    this.#status = undefined;
    this.#hasSubmitted = false;
    try {
      if (!(yield* this.#register())) return;
      if (isOnboardingId(this.#agentId)) {
        const { onboarding } = this.#plan;
        // A scenario may list workers without one: they never submit it.
        if (onboarding === undefined) return;
        const ending = yield* this.#phase(
          onboardingSteps(onboarding),
          reactor.clock.now(),
          onboarding.passes ? this.#context.onboarding.rightAnswer : this.#context.onboarding.wrongAnswer,
        );
        if (ending !== "admitted") return;
      }
      if (task === undefined) {
        if (this.#plan.onboarding?.passes === false) this.#context.onUnplannedUnit();
        return;
      }
      if (this.#context.waitsForTask && (yield* this.#untilTaskBegins(this.#agentId)) !== undefined) return;
      const startedAt = reactor.clock.now();
      this.#drops.onTaskStart(startedAt);
      yield* this.#phase(taskSteps(task, this.#context.sendsUpdates), startedAt, this.#context.taskAnswer);
    } finally {
      // The router keeps a lost client, to report an agent that the platform still gives it.
      if (connection.state === "connected") router.forget(connection);
    }
  }

  /** Asks for an agent; true when the platform has given one. */
  *#register(): Steps<boolean> {
    const { router, reactor, recorder, prefix } = this.#context;
    const connection = this.#openConnection;
    const askedAt = reactor.clock.now();
    router.send(connection, "register_agent", connection.registrationId, {
      worker_name: workerNameOf(this.#plan.index, prefix),
    });
    for (;;) {
      const packet = yield* this.#receive(Infinity);
      // A worker that dropped during the wait has registered again in `#drop`.
      if (packet === "moved") return true;
      if (packet === "due" || packet.packet_type !== "agent_details") continue;
      if (packet.data["request_failed"] === true) return false;
      const now = reactor.clock.now();
      const isRefused = packet.data["failure_reason"] !== undefined;
      if (!isRefused) this.#noteAgent(packet);
      recorder.trend("registration_time").record(now - askedAt, now, this.#sampled);
      return !isRefused;
    }
  }

  /** Waits until the agent is `in task`. Returns undefined when the task begins, otherwise how the wait ended. */
  *#untilTaskBegins(agentId: string): Steps<PhaseOutcome | undefined> {
    while (this.#status !== "in task") {
      const packet = yield* this.#receive(Infinity);
      if (packet === "moved") {
        if (this.#agentId !== agentId) return "admitted";
      } else if (packet !== "due") {
        const ending = this.#handle(packet, agentId, this.#context.taskAnswer);
        if (ending !== undefined) return ending;
      }
    }
    return undefined;
  }

  /**
   * Carries out the steps at their times, counted from `startedAt`, then waits for the end of the agent.
   * `answer` is what is submitted.
   */
  *#phase(steps: readonly PhaseStep[], startedAt: number, answer: ChannelPacket["data"]): Steps<PhaseOutcome> {
    const { reactor } = this.#context;
    const agentId = this.#agentId;
    this.#hasSubmitted = false;
    // Time away before the phase does not count.
    this.#shift = 0;
    for (let next = 0; ; ) {
      const step = steps[next];
      const due = step === undefined ? Infinity : Math.max(startedAt + step.at + this.#shift, this.#notBefore);
      if (due > reactor.clock.now() && due > this.#notBefore) this.#isDelayed = false;
      // Not through `#receive`: it would cost one more generator for each of very many packets.
      const packet = (yield this.#packet(due)) as ChannelPacket | undefined;
      if (packet !== undefined) {
        const ending = this.#handle(packet, agentId, answer);
        if (ending !== undefined) return ending;
        if (this.#resendFrom !== undefined) next = Math.min(next, this.#resendFrom);
        this.#resendFrom = undefined;
      } else if (this.#hasDropped) {
        yield* this.#drop();
        if (this.#agentId !== agentId) return "admitted";
      } else if (step !== undefined) {
        if (this.#perform(step, next, agentId, startedAt + step.at + this.#shift, answer) === "over") return "over";
        next++;
      }
    }
  }

  /** Carries out a step. Returns how the phase ended, if it did. */
  #perform(
    step: PhaseStep,
    index: number,
    agentId: string,
    intendedAt: number,
    answer: ChannelPacket["data"],
  ): PhaseOutcome | undefined {
    const { recorder, returnUnit, leavesWhenDone } = this.#context;
    switch (step.kind) {
      case "update":
        this.#sendUpdate(step.action, step.last, index + 1, agentId, intendedAt);
        return undefined;
      case "submit":
        this.#recordSlip(intendedAt);
        this.#submit(agentId, answer);
        return undefined;
      case "return":
        recorder.count("returns");
        returnUnit(agentId);
        return leavesWhenDone ? "over" : undefined;
      case "idle":
        return undefined;
    }
  }

  #sendUpdate(action: PlannedAction, last: boolean, number: number, agentId: string, intendedAt: number): void {
    const { recorder, router, evidenceOf } = this.#context;
    const evidence = evidenceOf(agentId);
    const data: LiveUpdateData = {
      update_id: updateIdFor(agentId, number),
      number,
      intended_at: intendedAt,
      text: textOf(action.payloadBytes),
      ...(last && { last }),
    };
    const isNew = number > evidence.sent;
    if (isNew) {
      const now = this.#recordSlip(intendedAt);
      evidence.sent = number;
      recorder.count("live_updates_sent", 1, now);
    }
    const connection = this.#openConnection;
    router.send(connection, "mephisto_bound_live_update", agentId, data);
    if (isNew && action.duplicate) router.send(connection, "mephisto_bound_live_update", agentId, data);
  }

  /**
   * Records how late the generator is, and returns the time. Back-pressure of the platform is not its lateness; the
   * latency includes it.
   */
  #recordSlip(intendedAt: number): number {
    const { recorder, reactor } = this.#context;
    const now = reactor.clock.now();
    if (!this.#isDelayed) recorder.trend("schedule_slip").record(Math.max(0, now - intendedAt), now, this.#sampled);
    return now;
  }

  #submit(agentId: string, answer: ChannelPacket["data"]): void {
    if (this.#hasSubmitted) return;
    this.#hasSubmitted = true;
    this.#submittedAt = this.#context.reactor.clock.now();
    const type = isOnboardingId(agentId) ? "submit_onboarding" : "submit_unit";
    this.#context.router.send(this.#openConnection, type, agentId, answer);
  }

  /** Handles a packet. Returns how the phase ended, if it did. */
  #handle(packet: ChannelPacket, agentId: string, answer: ChannelPacket["data"]): PhaseOutcome | undefined {
    const { recorder, reactor, acknowledged, leavesWhenDone } = this.#context;
    const now = reactor.clock.now();
    const { data } = packet;
    switch (packet.packet_type) {
      case "agent_details":
        if (data["failure_reason"] !== undefined) return "over";
        this.#noteAgent(packet);
        if (data["agent_id"] !== agentId) return "admitted";
        // The worker was away when its partner left.
        if (this.#status === "partner disconnect") this.#submit(agentId, answer);
        return undefined;
      case "client_bound_live_update":
        if (typeof data["replied_at"] === "number")
          recorder.trend("stage_seen").record(Math.max(0, now - data["replied_at"]), now, this.#sampled);
        if (typeof data["intended_at"] === "number")
          recorder.trend("live_update_round_trip").record(Math.max(0, now - data["intended_at"]), now, this.#sampled);
        // The task says that it is over: the worker does not wait for its own plan.
        if (data["ends_task"] === true) this.#submit(agentId, answer);
        return undefined;
      case "submit_unit":
      case "submit_onboarding":
        // Over a network a submit may have waited for the replies before it was sent.
        recorder
          .trend("submit_ack_time")
          .record(
            now - (typeof data["sent_at"] === "number" ? data["sent_at"] : this.#submittedAt),
            now,
            this.#sampled,
          );
        recorder.count("submits_acknowledged");
        acknowledged(agentId, "submit");
        return leavesWhenDone && packet.packet_type === "submit_unit" ? "over" : undefined;
      case "log_error":
        if (data["request_failed"] === true) return "over";
        if (typeof data["send_again_from"] === "number") {
          this.#resendFrom = data["send_again_from"] - 1;
          this.#notBefore = now + RETRY_MS;
          this.#isDelayed = true;
        } else {
          recorder.count("errors");
        }
        return undefined;
      case "update_status": {
        this.#noteStatus(data["status"]);
        const status = this.#status;
        if (status === undefined) return undefined;
        acknowledged(agentId, status);
        if (status === "partner disconnect") this.#submit(agentId, answer);
        // A worker that passed the onboarding is given a unit next.
        return isFinal(status) && !(status === "approved" && isOnboardingId(agentId)) ? "over" : undefined;
      }
      default:
        return undefined;
    }
  }

  /** The next packet, unless `until` passes first. Handles a drop of the connection during the wait. */
  *#receive(until: number): Steps<ChannelPacket | WaitEnd> {
    const packet = (yield this.#packet(until)) as ChannelPacket | undefined;
    if (packet !== undefined) return packet;
    if (!this.#hasDropped) return "due";
    yield* this.#drop();
    return "moved";
  }

  /** A wait for the next packet; gives undefined when `until` passes or the connection drops first. */
  #packet(until: number): Wait<ChannelPacket | undefined> {
    return this.#openConnection.inbox.next(Math.min(until, this.#drops.nextAt));
  }

  /** Whether the next drop is due. */
  get #hasDropped(): boolean {
    return this.#context.reactor.clock.now() >= this.#drops.nextAt;
  }

  /**
   * Drops the connection. Returns when the worker is back and its agent is alive; throws {@link Interrupted} otherwise.
   */
  *#drop(): Steps<void> {
    const { router, recorder, reactor } = this.#context;
    const connection = this.#openConnection;
    const droppedAt = reactor.clock.now();
    const { awayMs, detectionDelay } = this.#drops.onDrop();
    router.disconnect(connection);
    recorder.count("disconnects");

    const noticedAt = droppedAt + detectionDelay;
    const backAt = droppedAt + awayMs;
    if (noticedAt < backAt) {
      yield* wait(reactor.until(noticedAt));
      router.reportLost(connection);
      if (backAt === Infinity) throw new Interrupted(false);
    }
    yield* wait(reactor.until(backAt));
    router.connect(connection.registrationId, recorder);
    if (!(yield* this.#register())) throw new Interrupted(true);
    const now = reactor.clock.now();
    this.#shift += now - droppedAt;
    this.#drops.onReconnect(now);
  }

  /** Notes the agent that the platform has given. Over a network its status comes later. */
  #noteAgent({ data }: ChannelPacket): void {
    if (data["status"] === undefined) this.#status = undefined;
    this.#noteStatus(data["status"]);
    const agentId = data["agent_id"];
    if (typeof agentId !== "string") return;
    if (agentId !== this.#sampled.agentId) {
      this.#sampled = { ...this.#sampled, agentId };
      this.#context.recorder.know(this.#sampled);
    }
    if (this.#status !== undefined) this.#context.acknowledged(agentId, this.#status);
  }

  #noteStatus(status: unknown): void {
    this.#status = AGENT_STATUSES.find((known) => known === status) ?? this.#status;
  }

  get #openConnection(): ClientConnection {
    assert(this.#connection !== undefined, "the worker is not connected");
    return this.#connection;
  }

  get #agentId(): string {
    const { agentId } = this.#openConnection;
    assert(agentId !== undefined, "the worker has no agent");
    return agentId;
  }
}
