/**
 * Sees one agent through its task, whatever happens: the four absence errors end the task as the lifecycle demands, any other
 * error is reported, and afterwards the agent is final and its unit is somebody else's or done.
 */
import { isFinal, type AgentStatus } from "../db/index.js";
import type { Recorder, TaskEvidence } from "../measure/index.js";
import { AbsentAgentError, Agent, AgentShutdownError, OnboardingAgent, type LiveAgent, type ModelContext } from "../model/index.js";
import { wait, type Steps } from "../sync/index.js";
import type { Blueprint, TaskContext } from "./blueprints/index.js";

/** An agent in a task runner's hands. */
export interface Supervised {
  readonly agent: LiveAgent;
  readonly evidence: TaskEvidence;
  /** Its waiters were released because the run is ending, or its partners are gone. */
  stopped: boolean;
  /** When its state had last been updated, ms. */
  stateAt: number;
}

export interface SupervisionTools {
  readonly context: ModelContext;
  readonly recorder: Recorder;
  readonly taskContext: TaskContext;
  readonly submissionTimeoutMs: number;
  readonly onboardingQualificationId: string | undefined;
  /** The task's code touches the agent no more. */
  readonly leave: (supervised: Supervised) => void;
  /** Releases whoever waits for the agent. */
  readonly stop: (supervised: Supervised) => void;
}

/** Runs an onboarding: live updates until the worker says it was the last, the submit, and the judgement. */
export function* superviseOnboarding(supervised: Supervised, tools: SupervisionTools): Steps<void> {
  const { agent } = supervised;
  const { taskContext } = tools;
  try {
    yield* setStatus(supervised, "onboarding", tools);
    for (let last = false; !last; ) {
      const update = yield* taskContext.nextUpdate(agent);
      taskContext.reply(agent, update, { text: "Noted." });
      last = update["last"] === true;
    }
    if (!(yield* awaitSubmit(supervised, tools))) return;
    const passed = onboardingPassed(agent, tools.context);
    yield* grant(agent, passed, tools);
    yield* setStatus(supervised, passed ? "approved" : "rejected", tools);
  } catch (error) {
    yield* endAbsent(supervised, error, tools);
  } finally {
    tools.leave(supervised);
  }
}

/** Runs one agent's part of an assignment; `all` are the agents of the assignment, this one included. */
export function* superviseAssignment(
  supervised: Supervised,
  all: readonly Supervised[],
  blueprint: Blueprint,
  tools: SupervisionTools,
): Steps<void> {
  const { agent } = supervised;
  const partners = all.filter((other) => other !== supervised);
  try {
    yield* setStatus(supervised, "in task", tools);
    yield* blueprint.runUnit(agent, partners.map((partner) => partner.agent), tools.taskContext);
    yield* complete(supervised, tools);
  } catch (error) {
    const left = error instanceof AgentShutdownError && partners.some(({ agent: partner }) => isGone(partner.dbStatus));
    if (left) {
      yield* endAsPartner(supervised, tools);
    } else {
      yield* endAbsent(supervised, error, tools);
      for (const partner of partners) if (!isFinal(partner.agent.dbStatus)) tools.stop(partner);
    }
    yield* releaseUnit(supervised, partners.length > 0, tools);
  } finally {
    tools.leave(supervised);
  }
}

const isGone = (status: AgentStatus): boolean => status === "disconnect" || status === "returned" || status === "timeout";

/** The live part is over: waits for the submit, then completes the work. A worker who never submits has timed out. */
function* complete(supervised: Supervised, tools: SupervisionTools): Steps<void> {
  const { agent } = supervised;
  if (!(yield* awaitSubmit(supervised, tools))) {
    yield* releaseUnit(supervised, false, tools);
    return;
  }
  yield* setStatus(supervised, "completed", tools);
  if (agent instanceof Agent) yield* agent.markDoneSteps();
  if (agent instanceof Agent) yield* wait(tools.context.db.write("updateUnit", agent.unitId, { status: "completed" }));
}

/** Waits for the submit. False when the agent ended without one; it is final then. */
function* awaitSubmit(supervised: Supervised, tools: SupervisionTools): Steps<boolean> {
  const { agent } = supervised;
  const submitted = yield* agent.awaitSubmitSteps(tools.submissionTimeoutMs);
  if (isFinal(agent.getStatus())) return false;
  if (supervised.stopped && !hasSubmitted(agent, tools.context)) throw new AgentShutdownError(agent.getAgentId());
  if (!submitted) yield* setStatus(supervised, "timeout", tools);
  return submitted;
}

/** An agent whose worker is gone ends as what happened to it; one that is not final by then is disconnected. */
function* endAbsent(supervised: Supervised, error: unknown, tools: SupervisionTools): Steps<void> {
  const { agent, evidence } = supervised;
  if (!(error instanceof AbsentAgentError)) {
    tools.recorder.count("errors");
    tools.context.log("error", `the task's code failed for agent ${agent.getAgentId()}: ${String(error)}`);
  }
  const status = agent.getStatus();
  if (!isFinal(status)) yield* setStatus(supervised, "disconnect", tools);
  else if (status === "timeout" && !evidence.acknowledgedStatuses.includes(status)) evidence.acknowledgedStatuses.push(status);
}

/** The partners are gone: the worker has nothing more to do but to submit. */
function* endAsPartner(supervised: Supervised, tools: SupervisionTools): Steps<void> {
  const { agent } = supervised;
  supervised.stopped = false;
  agent.didSubmit.clear();
  yield* setStatus(supervised, "partner disconnect", tools);
  if (hasSubmitted(agent, tools.context) || (yield* awaitSubmit(supervised, tools))) {
    yield* setStatus(supervised, "completed", tools);
  }
}

/** Makes the unit free for another worker, or expires it when it cannot be worked on alone. */
function* releaseUnit({ agent }: Supervised, expire: boolean, { context }: SupervisionTools): Steps<void> {
  if (!(agent instanceof Agent)) return;
  const unit = context.db.getUnit(agent.unitId);
  if (unit?.agentId !== agent.dbId) return;
  if (expire) yield* wait(context.db.write("updateUnit", unit.unitId, { status: "expired" }));
  else yield* wait(context.db.write("clearUnitAgent", unit.unitId));
}

function* setStatus(supervised: Supervised, status: AgentStatus, { context, recorder }: SupervisionTools): Steps<void> {
  const before = context.clock.now();
  yield* supervised.agent.updateStatusSteps(status);
  const now = context.clock.now();
  recorder.trend("status_commit_time").record(now - before, now);
  supervised.evidence.acknowledgedStatuses.push(status);
}

function* grant(agent: LiveAgent, passed: boolean, { context, onboardingQualificationId }: SupervisionTools): Steps<void> {
  if (onboardingQualificationId === undefined) return;
  yield* wait(
    context.db.write("grantQualification", {
      workerId: agent.workerId,
      qualificationId: onboardingQualificationId,
      value: passed ? 1 : 0,
    }),
  );
}

/** Whether what the worker submitted is good enough: its answer is the right one. */
function onboardingPassed(agent: LiveAgent, context: ModelContext): boolean {
  const submit = submitOf(agent, context);
  return submit !== undefined && (JSON.parse(submit) as { answer?: unknown }).answer === "right";
}

function hasSubmitted(agent: LiveAgent, context: ModelContext): boolean {
  return submitOf(agent, context) !== undefined;
}

/** The JSON of the agent's submit, as it is committed. */
function submitOf(agent: LiveAgent, { db }: ModelContext): string | undefined {
  const type = agent instanceof OnboardingAgent ? "onboarding" : "main";
  return db.stateOfAgent(type, agent.dbId).findLast(({ kind }) => kind === "submit")?.data;
}
