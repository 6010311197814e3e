/**
 * The task runner of one thread: runs the task's code on the agents that the worker pool hands it, as coroutines, and sees
 * each of them to its end (supervision.ts).
 */
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
import type { AwaitedSubmit, Blueprint, TakenUpdate, TaskContext } from "./blueprints/index.js";
import type { TaskGroup } from "./task-group.js";
import type { Outbox } from "./inbox.js";
import type { AgentRef, PoolMessage, RunnerMessage } from "./messages.js";
import type { TaskObserver } from "./observer.js";
import { superviseAssignment, superviseOnboarding, type StopReason, type SupervisedAgent } from "./supervision.js";
import { createWorkTime } from "./work-time.js";

export interface TaskRunnerOptions {
  readonly context: ModelContext;
  readonly recorder: TaskObserver;
  readonly taskGroup: TaskGroup;
  readonly reactor: Reactor;
  /** Where what the pool has to know goes. */
  readonly toPool: Outbox;
  readonly blueprint: Blueprint;
  readonly liveUpdateTimeoutMs: number;
  readonly submissionTimeoutMs: number;
  /** How long the task's code is busy with each live update before it does anything about it, ms; not at all once the live run shuts down. */
  readonly workTimeMs: number;
  /** The qualification that a passed onboarding grants; undefined when the task has no onboarding. */
  readonly onboardingQualificationId: string | undefined;
}

export interface TaskRunner {
  handle(message: RunnerMessage): void;
  /** How many agents are being run. */
  readonly running: number;
}

export function createTaskRunner(options: TaskRunnerOptions): TaskRunner {
  const { context, recorder, taskGroup, reactor, toPool, blueprint, workTimeMs } = options;
  const { clock } = context;
  const work = createWorkTime(reactor, workTimeMs);
  const running = new Map<string, SupervisedAgent>();
  let waiting = 0;
  let shutDown = false;
  const post = (message: PoolMessage): void => toPool.send(message);

  const liveRun: LiveRun = {
    pushStatusUpdate: (agent, status) => post({ kind: "status", agentId: agent.getAgentId(), status }),
    sendLiveUpdate: (agentId, update) => post({ kind: "liveUpdate", agentId, update }),
  };

  const take = (ref: AgentRef): SupervisedAgent => {
    context.slots.adopt(ref.agentId, ref.slot);
    const agent = OnboardingAgent.isOnboardingId(ref.agentId)
      ? OnboardingAgent.get(context, OnboardingAgent.getDbIdFromAgentId(ref.agentId))
      : Agent.get(context, ref.agentId);
    agent.setLiveRun(liveRun);
    const supervised: SupervisedAgent = {
      agent,
      observer: recorder.observeAgent(ref.agentId),
      stopped: undefined,
      acknowledged: undefined,
      releasedAt: undefined,
      stateAt: 0,
    };
    running.set(ref.agentId, supervised);
    if (shutDown) stop(supervised, "shutdown");
    return supervised;
  };

  const onFinished = ({ agent, observer, releasedAt }: SupervisedAgent): void => {
    const agentId = agent.getAgentId();
    observer.ended(clock.now());
    running.delete(agentId);
    context.slots.forget(agentId);
    post({
      kind: "done",
      agentId,
      status: agent.getStatus(),
      ...(releasedAt !== undefined && { releasedAt }),
    });
  };

  const stop = (supervised: SupervisedAgent, reason: StopReason): void => {
    // The slot of one who has left may be another agent's by now; and one whose partner is gone is told so only once.
    if (running.get(supervised.agent.getAgentId()) !== supervised) return;
    if (reason === "partner" && supervised.stopped !== undefined) return;
    supervised.stopped = reason;
    supervised.agent.shutdown();
    // Waiting for a submit is not ended by the agent's shutdown (the seed's sets `has_live_update` alone).
    supervised.agent.didSubmit.set();
  };

  const supervisedOf = (agent: LiveAgent): SupervisedAgent => {
    const supervised = running.get(agent.getAgentId());
    if (supervised === undefined) throw new Error(`agent ${agent.getAgentId()} is not run by this task runner`);
    return supervised;
  };

  const noteRelease = (to: SupervisedAgent, waitedFor: "update" | "submit", startedAt: number, now: number): void => {
    const { previousPollAt } = reactor;
    to.releasedAt = waitedFor === "update" ? now : undefined;
    to.observer.waitReleased({
      waitedFor,
      waitStartedAtMs: startedAt,
      atMs: now,
      ...(previousPollAt !== undefined && { previousPollAtMs: previousPollAt }),
    });
  };

  const noteAbsence = (to: SupervisedAgent, error: unknown, startedAt: number, wasTimeout: boolean): void => {
    const now = clock.now();
    if (error instanceof AgentTimeoutError) {
      recorder.count("timeouts");
      to.observer.waitTimedOut({
        waitedMs: now - startedAt,
        timeoutMs: error.timeoutMs,
        alreadyTimeout: wasTimeout,
      });
    } else if (error instanceof AgentDisconnectedError || error instanceof AgentReturnedError) {
      noteRelease(to, "update", startedAt, now);
    }
  };

  const taskContext: TaskContext = {
    liveUpdateTimeoutMs: options.liveUpdateTimeoutMs,
    submissionTimeoutMs: options.submissionTimeoutMs,
    *nextUpdate(agent: LiveAgent): Steps<TakenUpdate> {
      const supervised = supervisedOf(agent);
      const startedAt = clock.now();
      const wasTimeout = agent.dbStatus === "timeout";
      recorder.gauge("agents_waiting", ++waiting);
      let update;
      try {
        update = yield* agent.getLiveUpdateSteps(options.liveUpdateTimeoutMs);
      } catch (error) {
        noteAbsence(supervised, error, startedAt, wasTimeout);
        throw error;
      } finally {
        recorder.gauge("agents_waiting", --waiting);
      }
      if (update === undefined) throw new Error("getLiveUpdate with a timeout gave nothing");
      const stateAt = clock.now();
      supervised.stateAt = stateAt;
      supervised.observer.updateTaken(update, stateAt);
      if (workTimeMs > 0) yield* wait(work.wait);
      return update;
    },
    *awaitSubmit(agent: LiveAgent, timeoutMs: number): Steps<AwaitedSubmit> {
      const supervised = supervisedOf(agent);
      const startedAt = clock.now();
      const raised = yield* agent.awaitSubmitSteps(timeoutMs);
      const now = clock.now();
      const status = agent.getStatus();
      if (status === "disconnect" || status === "returned") noteRelease(supervised, "submit", startedAt, now);
      return { raised, status };
    },
    reply(agent, update, data) {
      const now = clock.now();
      recorder.trend("stage_reply").record(now - supervisedOf(agent).stateAt, now);
      // Not `{ ...data, … }`, as in client-io.ts.
      agent.observe(
        Object.assign({}, data, { in_reply_to: update["number"], intended_at: update["intended_at"], replied_at: now }),
      );
    },
  };

  const supervision = { ...options, taskContext, onFinished, stop };

  return {
    handle(message) {
      switch (message.kind) {
        case "onboarding": {
          const supervised = take(message.agent);
          taskGroup.start("onboarding", () => superviseOnboarding(supervised, supervision));
          return;
        }
        case "assignment": {
          const agents = message.agents.map(take);
          for (const supervised of agents) {
            taskGroup.start("unit", () => superviseAssignment(supervised, agents, blueprint, supervision));
          }
          return;
        }
        case "shutdown":
          shutDown = true;
          for (const supervised of running.values()) stop(supervised, "shutdown");
          work.cancel();
          return;
      }
    },
    get running() {
      return running.size;
    },
  };
}
