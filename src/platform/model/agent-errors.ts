/**
 * The errors that task code gets when its worker is gone, as in `mephisto.data_model.exceptions`. The original raises
 * them from `get_live_update` and `act`. Catch {@link AbsentAgentError} to handle any of them.
 */

/**
 * The worker of an agent cannot be asked any more. Thrown only as one of its four subclasses.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { AbsentAgentError, Arena, createContext, OnboardingAgent, openDatabase, TaskRun, Worker } from "crowdstorm";
 *
 * const db = openDatabase(":memory:", { create: true });
 * const context = createContext({ db, arena: Arena.create() });
 * const { taskId } = db.write("newTask", { taskName: "greetings", taskType: "chat" }).block();
 * const { taskRunId } = db.write("newTaskRun", { taskId, providerType: "simulated", runDir: "runs/1" }).block();
 * const { workerId } = db.write("findOrCreateWorker", { workerName: "ada", providerType: "simulated" }).block();
 * const agent = OnboardingAgent.new(context, Worker.get(db, workerId), TaskRun.get(db, taskRunId));
 *
 * agent.updateStatus("returned");
 * try {
 *   agent.getLiveUpdate(1000);
 *   assert.fail("the worker has returned the task");
 * } catch (error) {
 *   assert(error instanceof AbsentAgentError);
 *   assert.equal(error.agentId, agent.getAgentId());
 * }
 * db.close();
 * ```
 */
export abstract class AbsentAgentError extends Error {
  /** @param agentId the agent concerned, as its `getAgentId()` gives it */
  constructor(
    readonly agentId: string,
    message: string,
  ) {
    super(message);
    this.name = new.target.name;
  }
}

/**
 * No update came within the time allowed; the agent's status is now `timeout`.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { AgentTimeoutError, Arena, createContext, OnboardingAgent, openDatabase, TaskRun, Worker } from "crowdstorm";
 *
 * const db = openDatabase(":memory:", { create: true });
 * const context = createContext({ db, arena: Arena.create() });
 * const { taskId } = db.write("newTask", { taskName: "greetings", taskType: "chat" }).block();
 * const { taskRunId } = db.write("newTaskRun", { taskId, providerType: "simulated", runDir: "runs/1" }).block();
 * const { workerId } = db.write("findOrCreateWorker", { workerName: "ada", providerType: "simulated" }).block();
 * const agent = OnboardingAgent.new(context, Worker.get(db, workerId), TaskRun.get(db, taskRunId));
 *
 * await assert.rejects(agent.getLiveUpdateAsync(10), AgentTimeoutError);
 * assert.equal(agent.getStatus(), "timeout");
 * db.close();
 * ```
 */
export class AgentTimeoutError extends AbsentAgentError {
  /** @param timeoutMs how long the wait was, in ms */
  constructor(
    agentId: string,
    readonly timeoutMs: number,
  ) {
    super(agentId, `Agent ${agentId} exceeded its timeout of ${timeoutMs} ms`);
  }
}

/** The worker returned the task. */
export class AgentReturnedError extends AbsentAgentError {
  constructor(agentId: string) {
    super(agentId, `Agent ${agentId} has returned the task`);
  }
}

/**
 * The worker lost the connection, or closed the page, for good.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { AgentDisconnectedError, Arena, createContext, openDatabase } from "crowdstorm";
 * import { OnboardingAgent, TaskRun, Worker } from "crowdstorm";
 *
 * const db = openDatabase(":memory:", { create: true });
 * const context = createContext({ db, arena: Arena.create() });
 * const { taskId } = db.write("newTask", { taskName: "greetings", taskType: "chat" }).block();
 * const { taskRunId } = db.write("newTaskRun", { taskId, providerType: "simulated", runDir: "runs/1" }).block();
 * const { workerId } = db.write("findOrCreateWorker", { workerName: "ada", providerType: "simulated" }).block();
 * const agent = OnboardingAgent.new(context, Worker.get(db, workerId), TaskRun.get(db, taskRunId));
 *
 * const update = agent.getLiveUpdateAsync(60_000);
 * // Another handle on the agent, as another thread has it.
 * OnboardingAgent.get(context, agent.dbId).updateStatus("disconnect");
 * await assert.rejects(update, AgentDisconnectedError);
 * db.close();
 * ```
 */
export class AgentDisconnectedError extends AbsentAgentError {
  constructor(agentId: string) {
    super(agentId, `Agent ${agentId} has disconnected`);
  }
}

/**
 * The run is ending: `shutdown()` was called on the agent.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { AgentShutdownError, Arena, createContext, openDatabase } from "crowdstorm";
 * import { OnboardingAgent, TaskRun, Worker } from "crowdstorm";
 *
 * const db = openDatabase(":memory:", { create: true });
 * const context = createContext({ db, arena: Arena.create() });
 * const { taskId } = db.write("newTask", { taskName: "greetings", taskType: "chat" }).block();
 * const { taskRunId } = db.write("newTaskRun", { taskId, providerType: "simulated", runDir: "runs/1" }).block();
 * const { workerId } = db.write("findOrCreateWorker", { workerName: "ada", providerType: "simulated" }).block();
 * const agent = OnboardingAgent.new(context, Worker.get(db, workerId), TaskRun.get(db, taskRunId));
 *
 * const update = agent.getLiveUpdateAsync(60_000);
 * agent.shutdown();
 * await assert.rejects(update, AgentShutdownError);
 * db.close();
 * ```
 */
export class AgentShutdownError extends AbsentAgentError {
  constructor(agentId: string) {
    super(agentId, `Agent ${agentId} was shut down`);
  }
}

/** A subclass does not override a method that it has to override. Python's `NotImplementedError`. */
export class NotImplementedError extends Error {
  override readonly name = "NotImplementedError";
  /** @param what the method, as `Class.method` */
  constructor(what: string) {
    super(`${what} is not implemented`);
  }
}

/** A row names a crowd provider that is not registered. */
export class UnknownProviderError extends Error {
  override readonly name = "UnknownProviderError";
  constructor(
    readonly providerType: string,
    known: readonly string[],
  ) {
    super(`no crowd provider "${providerType}" is registered (registered: ${known.join(", ") || "none"})`);
  }
}

/**
 * A handle on an entity was requested whose row is not in the database.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { NoSuchRowError, openDatabase, Worker } from "crowdstorm";
 *
 * const db = openDatabase(":memory:", { create: true });
 * assert.throws(() => Worker.get(db, "7"), NoSuchRowError);
 * db.close();
 * ```
 */
export class NoSuchRowError extends Error {
  override readonly name = "NoSuchRowError";
  /** @param entity the kind of entity, such as `unit` */
  constructor(
    readonly entity: string,
    readonly id: string,
  ) {
    super(`there is no ${entity} ${id} in the database`);
  }
}
