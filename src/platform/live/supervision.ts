/**
 * Supervises one agent during its task. The four absence errors end the task according to the lifecycle; any other
 * error is reported. Afterwards the agent has a final status and its unit is completed, free for another worker, or
 * expired.
 *
 * The pool writes statuses of the same agent from another thread. The final status that is committed first stays. So
 * each write here may find that the agent has ended with another status, and the code then follows the status of the
 * row.
 */
import { isFinal, type AgentStatus, AssertionError } from "../../vocabulary/index.js";
import {
  AbsentAgentError,
  Agent,
  AgentShutdownError,
  OnboardingAgent,
  type LiveAgent,
  type ModelContext,
} from "../model/index.js";
import { wait, type Steps } from "../sync/index.js";
import type { Blueprint, TakenUpdate, TaskContext } from "./blueprints/index.js";
import type { AgentObserver } from "./observer.js";
import { completeUnit, freeUnit } from "./units.js";

/** Why an agent was stopped: the live run ends, or a partner is gone. */
export type StopReason = "shutdown" | "partner";

/** An agent that a task runner runs. */
export interface SupervisedAgent {
  readonly agent: LiveAgent;
  readonly observer: AgentObserver;
  stopped: StopReason | undefined;
  /** The worker has submitted, and sends no more live updates. */
  isLivePartOver: boolean;
  /** The status that was acknowledged last. */
  acknowledged: AgentStatus | undefined;
  /** When a wait for a live update ended because the worker had disconnected or returned the task, ms. */
  releasedAt: number | undefined;
  /** When its state was last updated, ms. */
  stateAt: number;
}

export interface SupervisionContext {
  readonly context: ModelContext;
  readonly taskContext: TaskContext;
  readonly blueprint: Blueprint;
  readonly submissionTimeoutMs: number;
  readonly onboardingQualificationId: string | undefined;
  /** The task's code does not use the agent any more. */
  readonly onFinished: (supervised: SupervisedAgent) => void;
  /** Releases the waits for the agent, unless it has ended already. */
  readonly stop: (supervised: SupervisedAgent, reason: StopReason) => void;
}

/** Runs an onboarding: live updates up to the one marked `last`, the submit, and the decision. */
export function* superviseOnboarding(supervised: SupervisedAgent, supervision: SupervisionContext): Steps<void> {
  const { agent } = supervised;
  const { taskContext } = supervision;
  try {
    if (!(yield* setStatus(supervised, "onboarding", supervision))) return;
    yield* livePart(supervised, takeUpdates(agent, taskContext));
    if (!(yield* submitted(supervised, supervision))) return;
    const passed = onboardingPassed(agent, supervision);
    // Before the status: a worker whose `approved` is committed has the qualification, also if the process is killed in
    // between.
    yield* grant(agent, passed, supervision);
    yield* setStatus(supervised, passed ? "approved" : "rejected", supervision);
  } catch (error) {
    yield* endAfterError(supervised, error, supervision);
  } finally {
    supervision.onFinished(supervised);
  }
}

/** The live part of an onboarding. */
function* takeUpdates(agent: LiveAgent, taskContext: TaskContext): Steps<void> {
  for (let last = false; !last; ) {
    const update = yield* taskContext.nextUpdate(agent);
    taskContext.reply(agent, update, { text: "Noted." });
    last = update["last"] === true;
  }
}

/** Runs the task's code until it ends, or waits for a live update of a worker who has submitted. */
function* livePart(supervised: SupervisedAgent, code: Steps<void>): Steps<void> {
  try {
    yield* code;
  } catch (error) {
    const isOver = supervised.isLivePartOver && supervised.stopped !== "partner";
    if (!(isOver && error instanceof AgentShutdownError)) throw error;
  }
}

/** Runs one agent's part of an assignment; `all` are the agents of the assignment, this one included. */
export function* superviseAssignment(
  supervised: SupervisedAgent,
  all: readonly SupervisedAgent[],
  blueprint: Blueprint,
  supervision: SupervisionContext,
): Steps<void> {
  const partners = all.filter((other) => other !== supervised);
  try {
    if (yield* carryOut(supervised, partners, blueprint, supervision)) return;
    for (const partner of partners) supervision.stop(partner, "partner");
    yield* freeUnit(supervision.context, supervised.agent, partners.length > 0);
  } finally {
    supervision.onFinished(supervised);
  }
}

/** The live part, the submit and the completion. False when the agent ended in another way; its status tells how. */
function* carryOut(
  supervised: SupervisedAgent,
  partners: readonly SupervisedAgent[],
  blueprint: Blueprint,
  supervision: SupervisionContext,
): Steps<boolean> {
  try {
    if (!(yield* setStatus(supervised, "in task", supervision))) return false;
    const others = partners.map((partner) => partner.agent);
    yield* livePart(supervised, blueprint.runUnit(supervised.agent, others, supervision.taskContext));
    return (yield* submitted(supervised, supervision)) && (yield* complete(supervised, supervision));
  } catch (error) {
    if (error instanceof AgentShutdownError && supervised.stopped === "partner")
      yield* endAsPartner(supervised, supervision);
    else yield* endAfterError(supervised, error, supervision);
    return false;
  }
}

/** Completes the agent and its unit. False when the worker was gone before `completed` was written. */
function* complete(supervised: SupervisedAgent, supervision: SupervisionContext): Steps<boolean> {
  const { agent } = supervised;
  if (!(yield* setStatus(supervised, "completed", supervision))) return false;
  if (agent instanceof Agent) yield* agent.markDoneSteps();
  yield* completeUnit(supervision.context, agent);
  return true;
}

/**
 * Waits for the submit. False when the agent ended without one; it is final then.
 * @throws AgentShutdownError when it was stopped before it had submitted
 */
function* submitted(supervised: SupervisedAgent, supervision: SupervisionContext): Steps<boolean> {
  const outcome = yield* awaitSubmit(supervised, supervision);
  if (outcome === "stopped") throw new AgentShutdownError(supervised.agent.getAgentId());
  return outcome === "submitted";
}

/**
 * The result of the wait for the submit. A worker who does not submit in time has timed out: `ended`, as after leaving.
 */
function* awaitSubmit(
  supervised: SupervisedAgent,
  supervision: SupervisionContext,
): Steps<"submitted" | "ended" | "stopped"> {
  const { agent } = supervised;
  const { raised, status } = yield* supervision.taskContext.awaitSubmit(agent, supervision.submissionTimeoutMs);
  if (isFinal(status)) return "ended";
  if (raised && supervised.stopped === undefined) return "submitted";
  // The stop sets the event too; and a submit that was committed just before the timeout counts.
  if (hasSubmitted(agent, supervision.context)) return "submitted";
  if (raised) return "stopped";
  if (yield* setStatus(supervised, "timeout", supervision)) supervised.observer.count("submit_timeouts");
  return "ended";
}

/** Keeps the final status that the agent got from its worker's absence; any other agent becomes `disconnect`. */
function* endAfterError(supervised: SupervisedAgent, error: unknown, supervision: SupervisionContext): Steps<void> {
  const { agent } = supervised;
  if (error instanceof AssertionError) throw error;
  if (!(error instanceof AbsentAgentError)) {
    supervised.observer.count("errors");
    supervision.context.log("error", `the task's code failed for agent ${agent.getAgentId()}: ${String(error)}`);
  }
  const status = agent.getStatus();
  if (!isFinal(status)) yield* setStatus(supervised, "disconnect", supervision);
  else if (status === "timeout" && supervised.acknowledged !== status) acknowledge(supervised, status);
}

/** A partner is gone: the worker only has to submit. */
function* endAsPartner(supervised: SupervisedAgent, supervision: SupervisionContext): Steps<void> {
  const { agent } = supervised;
  // The stop has set it. A later submit sets it again; an earlier one is in the journal.
  agent.didSubmit.clear();
  if (!(yield* setStatus(supervised, "partner disconnect", supervision))) return;
  const outcome = hasSubmitted(agent, supervision.context) ? "submitted" : yield* awaitSubmit(supervised, supervision);
  if (outcome === "submitted") yield* setStatus(supervised, "completed", supervision);
  else if (outcome === "stopped") yield* setStatus(supervised, "disconnect", supervision);
}

/** Writes a status. False when the agent has ended with another one. */
function* setStatus(supervised: SupervisedAgent, status: AgentStatus, { context }: SupervisionContext): Steps<boolean> {
  const { agent, observer } = supervised;
  if (isFinal(agent.dbStatus)) return false;
  const before = context.clock.now();
  yield* agent.updateStatusSteps(status);
  const now = context.clock.now();
  observer.trend("status_commit_time").record(now - before, now, agent.getAgentId());
  if (agent.dbStatus !== status) return false;
  acknowledge(supervised, status);
  return true;
}

function acknowledge(supervised: SupervisedAgent, status: AgentStatus): void {
  supervised.acknowledged = status;
  supervised.observer.statusAcknowledged(status);
}

function* grant(
  agent: LiveAgent,
  passed: boolean,
  { context, onboardingQualificationId }: SupervisionContext,
): Steps<void> {
  if (onboardingQualificationId === undefined) return;
  yield* wait(
    context.db.write("grantQualification", {
      workerId: agent.workerId,
      qualificationId: onboardingQualificationId,
      value: passed ? 1 : 0,
    }),
  );
}

/** Whether the worker's submit passes the blueprint's onboarding. */
function onboardingPassed(agent: LiveAgent, { context, blueprint }: SupervisionContext): boolean {
  const submit = submitOf(agent, context);
  return submit !== undefined && blueprint.onboarding.isPassedBy(JSON.parse(submit) as TakenUpdate);
}

function hasSubmitted(agent: LiveAgent, context: ModelContext): boolean {
  return submitOf(agent, context) !== undefined;
}

/** The JSON of the agent's committed submit. */
function submitOf(agent: LiveAgent, { db }: ModelContext): string | undefined {
  const type = agent instanceof OnboardingAgent ? "onboarding" : "main";
  return db.submitOfAgent(type, agent.dbId)?.data;
}
