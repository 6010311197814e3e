/**
 * The task runner of one thread: runs the task's code as coroutines on the agents that the worker pool hands it, and
 * supervises each agent until it has ended (supervision.ts).
 */
import { assert } from "../../vocabulary/index.js";
import {
  AgentDisconnectedError,
  AgentReturnedError,
  AgentTimeoutError,
  Agent,
  OnboardingAgent,
  type LiveAgent,
  type LiveRun,
  type ModelContext,
} from "../model/index.js";
import { wait, type Reactor, type Steps } from "../sync/index.js";
import type { AwaitedSubmit, Blueprint, TakenUpdate } from "./blueprints/index.js";
import type { TaskGroup } from "./task-group.js";
import type { Outbox } from "./inbox.js";
import type { AgentRef, PoolMessage, RunnerMessage } from "./messages.js";
import type { TaskObserver } from "./observer.js";
import {
  superviseAssignment,
  superviseOnboarding,
  type StopReason,
  type SupervisedAgent,
  type SupervisionContext,
} from "./supervision.js";
import { createWorkTime, type WorkTime } from "./work-time.js";

export interface TaskRunnerOptions {
  readonly context: ModelContext;
  readonly observer: TaskObserver;
  readonly taskGroup: TaskGroup;
  readonly reactor: Reactor;
  /** Carries messages to the worker pool. */
  readonly toPool: Outbox;
  readonly blueprint: Blueprint;
  readonly liveUpdateTimeoutMs: number;
  readonly submissionTimeoutMs: number;
  /** How long the task's code is busy with each live update before it reacts, ms; 0 once the live run shuts down. */
  readonly workTimeMs: number;
  /** The qualification that a passed onboarding grants; undefined when the task has no onboarding. */
  readonly onboardingQualificationId: string | undefined;
}

export class TaskRunner {
  readonly #options: TaskRunnerOptions;
  readonly #work: WorkTime;
  readonly #running = new Map<string, SupervisedAgent>();
  readonly #liveRun: LiveRun = {
    pushStatusUpdate: (agent, status) => this.#post({ kind: "status", agentId: agent.getAgentId(), status }),
    sendLiveUpdate: (agentId, update) => this.#post({ kind: "liveUpdate", agentId, update }),
  };
  readonly #supervision: SupervisionContext;
  #waiting = 0;
  #isShutDown = false;

  constructor(options: TaskRunnerOptions) {
    this.#options = options;
    this.#work = createWorkTime(options.reactor, options.workTimeMs);
    this.#supervision = {
      ...options,
      taskContext: {
        liveUpdateTimeoutMs: options.liveUpdateTimeoutMs,
        submissionTimeoutMs: options.submissionTimeoutMs,
        nextUpdate: (agent) => this.#nextUpdate(agent),
        awaitSubmit: (agent, timeoutMs) => this.#awaitSubmit(agent, timeoutMs),
        reply: (agent, update, data) => this.#reply(agent, update, data),
      },
      onFinished: (supervised) => this.#finish(supervised),
      stop: (supervised, reason) => this.#stop(supervised, reason),
    };
  }

  /** How many agents are being run. */
  get running(): number {
    return this.#running.size;
  }

  handle(message: RunnerMessage): void {
    const { taskGroup, blueprint } = this.#options;
    switch (message.kind) {
      case "onboarding": {
        const supervised = this.#take(message.agent);
        taskGroup.start("onboarding", () => superviseOnboarding(supervised, this.#supervision));
        return;
      }
      case "assignment": {
        const agents = message.agents.map((ref) => this.#take(ref));
        for (const supervised of agents)
          taskGroup.start("unit", () => superviseAssignment(supervised, agents, blueprint, this.#supervision));
        return;
      }
      case "submitted":
        this.#endLivePart(message.agentId);
        return;
      case "shutdown":
        this.#isShutDown = true;
        for (const supervised of this.#running.values()) this.#stop(supervised, "shutdown");
        this.#work.cancel();
        return;
    }
  }

  #take({ agentId, slot }: AgentRef): SupervisedAgent {
    const { context, observer } = this.#options;
    assert(!this.#running.has(agentId), `agent ${agentId} was handed to its task runner twice`);
    context.slots.adopt(agentId, slot);
    const agent = OnboardingAgent.isOnboardingId(agentId)
      ? OnboardingAgent.get(context, OnboardingAgent.getDbIdFromAgentId(agentId))
      : Agent.get(context, agentId);
    agent.setLiveRun(this.#liveRun);
    const supervised: SupervisedAgent = {
      agent,
      observer: observer.observeAgent(agentId, slot),
      stopped: undefined,
      isLivePartOver: false,
      acknowledged: undefined,
      releasedAt: undefined,
      stateAt: 0,
    };
    this.#running.set(agentId, supervised);
    if (this.#isShutDown) this.#stop(supervised, "shutdown");
    return supervised;
  }

  #finish({ agent, observer, releasedAt }: SupervisedAgent): void {
    const { context } = this.#options;
    const agentId = agent.getAgentId();
    observer.ended(context.clock.now());
    this.#running.delete(agentId);
    context.slots.forget(agentId);
    this.#post({
      kind: "done",
      agentId,
      status: agent.getStatus(),
      ...(releasedAt !== undefined && { releasedAt }),
    });
  }

  #stop(supervised: SupervisedAgent, reason: StopReason): void {
    // The slot of an agent that has ended may be another agent's by now.
    if (this.#running.get(supervised.agent.getAgentId()) !== supervised) return;
    // Several partners may leave: only the first one stops the agent.
    if (reason === "partner" && supervised.stopped !== undefined) return;
    supervised.stopped = reason;
    supervised.agent.shutdown();
    // The agent's shutdown does not end a wait for the submit: as in the original, it sets `has_live_update` alone.
    supervised.agent.didSubmit.set();
  }

  /** The worker has submitted: once the task's code has taken what is pending, its waits end. */
  #endLivePart(agentId: string): void {
    const supervised = this.#running.get(agentId);
    if (supervised === undefined || supervised.stopped !== undefined) return;
    supervised.isLivePartOver = true;
    supervised.agent.shutdown();
  }

  *#nextUpdate(agent: LiveAgent): Steps<TakenUpdate> {
    const { context, observer, liveUpdateTimeoutMs, workTimeMs } = this.#options;
    const supervised = this.#supervisedOf(agent);
    const startedAt = context.clock.now();
    const wasTimeout = agent.dbStatus === "timeout";
    observer.gauge("agents_waiting", ++this.#waiting);
    let update;
    try {
      update = yield* agent.getLiveUpdateSteps(liveUpdateTimeoutMs);
    } catch (error) {
      this.#noteAbsence(supervised, error, startedAt, wasTimeout);
      throw error;
    } finally {
      observer.gauge("agents_waiting", --this.#waiting);
    }
    assert(update !== undefined, "getLiveUpdate with a timeout returned nothing");
    supervised.stateAt = context.clock.now();
    supervised.observer.updateTaken(update, supervised.stateAt);
    if (workTimeMs > 0) yield* wait(this.#work.wait);
    return update;
  }

  *#awaitSubmit(agent: LiveAgent, timeoutMs: number): Steps<AwaitedSubmit> {
    const { clock } = this.#options.context;
    const supervised = this.#supervisedOf(agent);
    const startedAt = clock.now();
    const raised = yield* agent.awaitSubmitSteps(timeoutMs);
    const now = clock.now();
    const status = agent.getStatus();
    if (status === "disconnect" || status === "returned") this.#noteRelease(supervised, "submit", startedAt, now);
    return { raised, status };
  }

  #reply(agent: LiveAgent, update: TakenUpdate, data: TakenUpdate): void {
    const { observer, stateAt } = this.#supervisedOf(agent);
    const now = this.#options.context.clock.now();
    observer.trend("stage_reply").record(now - stateAt, now, agent.getAgentId());
    // Not `{ ...data, … }`, as in client-io.ts.
    agent.observe(
      Object.assign({}, data, { in_reply_to: update["number"], intended_at: update["intended_at"], replied_at: now }),
    );
  }

  #noteAbsence(to: SupervisedAgent, error: unknown, startedAt: number, alreadyTimeout: boolean): void {
    const now = this.#options.context.clock.now();
    if (error instanceof AgentTimeoutError) {
      to.observer.count("timeouts");
      to.observer.waitTimedOut({ waitedMs: now - startedAt, timeoutMs: error.timeoutMs, alreadyTimeout });
    } else if (error instanceof AgentDisconnectedError || error instanceof AgentReturnedError) {
      this.#noteRelease(to, "update", startedAt, now);
    }
  }

  #noteRelease(to: SupervisedAgent, waitedFor: "update" | "submit", waitStartedAtMs: number, atMs: number): void {
    const { previousPollAt: previousPollAtMs } = this.#options.reactor;
    to.releasedAt = waitedFor === "update" ? atMs : undefined;
    to.observer.waitReleased({
      waitedFor,
      waitStartedAtMs,
      atMs,
      ...(previousPollAtMs !== undefined && { previousPollAtMs }),
    });
  }

  #supervisedOf(agent: LiveAgent): SupervisedAgent {
    const supervised = this.#running.get(agent.getAgentId());
    assert(supervised !== undefined, `agent ${agent.getAgentId()} is not run by this task runner`);
    return supervised;
  }

  #post(message: PoolMessage): void {
    this.#options.toPool.send(message);
  }
}
