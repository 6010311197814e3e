/**
 * One simulated worker: a coroutine that does what its plan says, at the times the plan says, whatever the platform answers
 * meanwhile. It knows the platform only by packets.
 */
import { isFinal, type AgentStatus, AGENT_STATUSES } from "../../vocabulary/index.js";
import type { LiveUpdateData, ChannelPacket } from "../../platform/live/index.js";
import type { PlannedAction, TaskPlan, WorkerPlan } from "../scenario/index.js";
import { wait, type Steps, type Wait } from "../../platform/sync/index.js";
import { isOnboardingId } from "../../vocabulary/index.js";
import { createConnectionDrops, type ConnectionDrops } from "./connection-drops.js";
import { onboardingSteps, taskSteps, textOf, type PhaseStep } from "./phase-steps.js";
import type { ClientConnection } from "./router.js";
import type { WorkerContext } from "./worker-context.js";

/** How long a client waits before it sends again what the platform had no room for, ms. */
const RETRY_MS = 20;

/** What a worker submits for its unit. */
const TASK_ANSWER = { answer: "done" };

/** What has become of the worker when a phase is over. */
type PhaseOutcome = "admitted" | "over";
/** Why waiting ended without a packet: the time has come, or the worker was away and everything is later now. */
type WaitEnd = "due" | "moved";

/** The worker's connection dropped and nobody came back for this agent: thrown through the phase that it interrupts. */
class Interrupted extends Error {
  constructor(readonly comesBack: boolean) {
    super("the connection dropped");
  }
}

/** The name that worker `index` of a plan has with its crowd provider. */
export function workerNameOf(index: number): string {
  return `worker-${index}`;
}

export function* simulateWorker(plan: WorkerPlan, context: WorkerContext): Steps<void> {
  const { reactor, recorder, originMs } = context;
  const arrival = originMs + plan.arriveAt;
  yield* wait(reactor.until(arrival));
  const now = reactor.clock.now();
  recorder.count("workers_started");
  recorder.trend("schedule_slip").record(Math.max(0, now - arrival), now);

  const worker = new SimulatedWorker(plan, context);
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
  /** How much later than planned everything in this phase is, because the worker was away, ms. */
  #shift = 0;
  /** Set by what the platform said: the next step to do again, and not before when. */
  #resendFrom: number | undefined;
  #notBefore = 0;
  /** The platform had no room, and the worker has not caught up with its plan yet. */
  #isDelayed = false;
  #hasSubmitted = false;
  #submittedAt = 0;

  constructor(plan: WorkerPlan, tools: WorkerContext) {
    this.#plan = plan;
    this.#context = tools;
    this.#drops = createConnectionDrops(plan.disconnect, tools.originMs);
  }

  /** Registers, and goes through onboarding and task as far as it gets. Throws {@link Interrupted} when the connection drops. */
  *attempt(number: number, task: TaskPlan | undefined): Steps<void> {
    const { router, reactor } = this.#context;
    const connection = router.connect(`${this.#plan.index}.${number}`);
    this.#connection = connection;
    this.#status = undefined;
    this.#hasSubmitted = false;
    try {
      if (!(yield* this.#register())) return;
      if (isOnboardingId(this.#agentId)) {
        const { onboarding } = this.#plan;
        if (onboarding === undefined) return;
        const ending = yield* this.#phase(
          onboardingSteps(onboarding),
          reactor.clock.now(),
          onboarding.passes ? this.#context.onboarding.rightAnswer : this.#context.onboarding.wrongAnswer,
        );
        if (ending !== "admitted") return;
      }
      if (task === undefined) return;
      if (this.#context.hasPartners && (yield* this.#untilTaskBegins(this.#agentId)) !== undefined) return;
      const startedAt = reactor.clock.now();
      this.#drops.onTaskStart(startedAt);
      yield* this.#phase(taskSteps(task, this.#context.sendsUpdates), startedAt, TASK_ANSWER);
    } finally {
      // A client that is lost stays known to the router, which reports whatever agent it still may be given.
      if (connection.state === "connected") router.forget(connection);
    }
  }

  /** Asks to work; true once the platform has given an agent. */
  *#register(): Steps<boolean> {
    const { router, reactor, recorder } = this.#context;
    const connection = this.#openConnection;
    const askedAt = reactor.clock.now();
    router.send("register_agent", connection.registrationId, { worker_name: workerNameOf(this.#plan.index) });
    for (;;) {
      const packet = yield* this.#receive(Infinity);
      // Who dropped meanwhile has registered again on coming back.
      if (packet === "moved") return true;
      if (packet === "due" || packet.packet_type !== "agent_details") continue;
      const now = reactor.clock.now();
      recorder.trend("registration_time").record(now - askedAt, now);
      if (packet.data["failure_reason"] !== undefined) return false;
      this.#noteAgent(packet);
      return true;
    }
  }

  /** Waits for the partners: undefined when the task begins, and otherwise what has become of the worker meanwhile. */
  *#untilTaskBegins(agentId: string): Steps<PhaseOutcome | undefined> {
    while (this.#status !== "in task") {
      const packet = yield* this.#receive(Infinity);
      if (packet === "moved") {
        if (this.#agentId !== agentId) return "admitted";
      } else if (packet !== "due") {
        const ending = this.#handle(packet, agentId, TASK_ANSWER);
        if (ending !== undefined) return ending;
      }
    }
    return undefined;
  }

  /**
   * Does the steps at their times, counted from `startedAt`, and then waits for what becomes of the agent.
   * `answer` is what is submitted.
   */
  *#phase(steps: readonly PhaseStep[], startedAt: number, answer: ChannelPacket["data"]): Steps<PhaseOutcome> {
    const { reactor } = this.#context;
    const agentId = this.#agentId;
    this.#hasSubmitted = false;
    // The phase begins only now, however long the worker was away before.
    this.#shift = 0;
    for (let next = 0; ; ) {
      const step = steps[next];
      const due = step === undefined ? Infinity : Math.max(startedAt + step.at + this.#shift, this.#notBefore);
      if (due > reactor.clock.now() && due > this.#notBefore) this.#isDelayed = false;
      // Not through `#receive`, which is a generator more to make and go through for each of very many packets.
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
        this.#perform(step, next, agentId, startedAt + step.at + this.#shift, answer);
        next++;
      }
    }
  }

  #perform(step: PhaseStep, index: number, agentId: string, intendedAt: number, answer: ChannelPacket["data"]): void {
    const { recorder, returnUnit } = this.#context;
    switch (step.kind) {
      case "update":
        return this.#sendUpdate(step.action, step.last, index + 1, agentId, intendedAt);
      case "submit":
        this.#recordSlip(intendedAt);
        return this.#submit(agentId, answer);
      case "return":
        recorder.count("returns");
        return returnUnit(agentId);
      case "idle":
        return;
    }
  }

  #sendUpdate(action: PlannedAction, last: boolean, number: number, agentId: string, intendedAt: number): void {
    const { recorder, router, evidenceOf } = this.#context;
    const evidence = evidenceOf(agentId);
    const data: LiveUpdateData = {
      update_id: `${agentId}/${number}`,
      number,
      intended_at: intendedAt,
      text: textOf(action.payloadBytes),
      ...(last && { last }),
    };
    const isNew = number > evidence.sent;
    if (isNew) {
      this.#recordSlip(intendedAt);
      evidence.sent = number;
      recorder.count("live_updates_sent");
    }
    router.send("mephisto_bound_live_update", agentId, data);
    if (isNew && action.duplicate) router.send("mephisto_bound_live_update", agentId, data);
  }

  /** How late the generator is. What the platform's back-pressure holds up is not its lateness; latency counts it all the same. */
  #recordSlip(intendedAt: number): void {
    const { recorder, reactor } = this.#context;
    const now = reactor.clock.now();
    if (!this.#isDelayed) recorder.trend("schedule_slip").record(Math.max(0, now - intendedAt), now);
  }

  #submit(agentId: string, answer: ChannelPacket["data"]): void {
    if (this.#hasSubmitted) return;
    this.#hasSubmitted = true;
    this.#submittedAt = this.#context.reactor.clock.now();
    this.#context.router.send(isOnboardingId(agentId) ? "submit_onboarding" : "submit_unit", agentId, answer);
  }

  /** Takes notice of a packet; says what has become of the worker if that ends the phase. */
  #handle(packet: ChannelPacket, agentId: string, answer: ChannelPacket["data"]): PhaseOutcome | undefined {
    const { recorder, reactor, acknowledged } = this.#context;
    const now = reactor.clock.now();
    const { data } = packet;
    switch (packet.packet_type) {
      case "agent_details":
        if (data["failure_reason"] !== undefined) return "over";
        this.#noteAgent(packet);
        if (data["agent_id"] !== agentId) return "admitted";
        // It was away when it was told.
        if (this.#status === "partner disconnect") this.#submit(agentId, answer);
        return undefined;
      case "client_bound_live_update":
        if (typeof data["replied_at"] === "number" && typeof data["intended_at"] === "number") {
          recorder.trend("stage_seen").record(Math.max(0, now - data["replied_at"]), now);
          recorder.trend("live_update_round_trip").record(Math.max(0, now - data["intended_at"]), now);
        }
        return undefined;
      case "submit_unit":
      case "submit_onboarding":
        recorder.trend("submit_ack_time").record(now - this.#submittedAt, now);
        recorder.count("submits_acknowledged");
        acknowledged(agentId, "submit");
        return undefined;
      case "log_error":
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
        // One who passed the onboarding is about to be told of a unit.
        return isFinal(status) && !(status === "approved" && isOnboardingId(agentId)) ? "over" : undefined;
      }
      default:
        return undefined;
    }
  }

  /** The next packet, unless `until` passes first. Lives through the connection's drop meanwhile. */
  *#receive(until: number): Steps<ChannelPacket | WaitEnd> {
    const packet = (yield this.#packet(until)) as ChannelPacket | undefined;
    if (packet !== undefined) return packet;
    if (!this.#hasDropped) return "due";
    yield* this.#drop();
    return "moved";
  }

  /** A wait for the next packet; for undefined if `until` passes or the connection drops first. */
  #packet(until: number): Wait<ChannelPacket | undefined> {
    return this.#openConnection.inbox.next(Math.min(until, this.#drops.nextAt));
  }

  /** Whether the connection's time has come. */
  get #hasDropped(): boolean {
    return this.#context.reactor.clock.now() >= this.#drops.nextAt;
  }

  /** The connection drops. Returns when the worker is back and its agent still alive; throws {@link Interrupted} otherwise. */
  *#drop(): Steps<void> {
    const { router, recorder, reactor } = this.#context;
    const connection = this.#openConnection;
    const droppedAt = reactor.clock.now();
    const { awayMs, detectionDelay } = this.#drops.onDrop();
    connection.state = "offline";
    recorder.count("disconnects");

    const noticedAt = droppedAt + detectionDelay;
    const backAt = droppedAt + awayMs;
    if (noticedAt < backAt) {
      yield* wait(reactor.until(noticedAt));
      router.reportLost(connection);
      if (backAt === Infinity) throw new Interrupted(false);
    }
    yield* wait(reactor.until(backAt));
    router.connect(connection.registrationId);
    if (!(yield* this.#register())) throw new Interrupted(true);
    const now = reactor.clock.now();
    this.#shift += now - droppedAt;
    this.#drops.onReconnect(now);
  }

  /** Takes notice of the agent that the platform says it has. */
  #noteAgent({ data }: ChannelPacket): void {
    this.#noteStatus(data["status"]);
    const agentId = data["agent_id"];
    if (typeof agentId === "string" && this.#status !== undefined) this.#context.acknowledged(agentId, this.#status);
  }

  #noteStatus(status: unknown): void {
    this.#status = AGENT_STATUSES.find((known) => known === status) ?? this.#status;
  }

  get #openConnection(): ClientConnection {
    if (this.#connection === undefined) throw new Error("the worker is not connected");
    return this.#connection;
  }

  get #agentId(): string {
    const { agentId } = this.#openConnection;
    if (agentId === undefined) throw new Error("the worker has no agent");
    return agentId;
  }
}
