/**
 * An agent: a worker who works on one unit. Live-update generation: the unit and provider parts of example 3 of the original, the
 * live path of its example 2, and the changes of Mephisto 1.0 as the conformance vectors record them.
 *
 * A crowd provider subclasses it. `Agent.get`, `Agent.new` and `Agent.newFromProviderData` use the class of the provider that
 * the row or the unit names.
 */
import type { AgentRow } from "../db/index.js";
import type { AgentStatus } from "../../vocabulary/index.js";
import { block, type Json, type Steps, suspend, wait } from "../sync/index.js";
import type { ModelContext } from "./context.js";
import type { Unit } from "./entities/unit.js";
import type { Worker } from "./entities/worker.js";
import { NotImplementedError } from "./agent-errors.js";
import { type Opening, opening } from "./handle.js";
import { LiveAgent } from "./live-agent.js";
import { UnitAgentRecord } from "./record.js";
import { onUnit } from "./unit-agent.js";

/** A subclass of {@link Agent} that can be instantiated. */
type ProviderAgentClass = (new (
  opening: Opening<UnitAgentRecord>,
) => Agent) &
  Pick<typeof Agent, "newSteps" | "newFromProviderDataSteps">;

/**
 * An agent: a worker who works on one unit.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Agent, Arena, createContext, openDatabase, Unit, Worker } from "crowdstorm";
 *
 * const db = openDatabase(":memory:", { create: true });
 * const context = createContext({ db, arena: Arena.create() });
 * const { taskId } = db.write("newTask", { taskName: "greetings", taskType: "chat" }).block();
 * const { taskRunId } = db.write("newTaskRun", { taskId, providerType: "simulated", runDir: "runs/1" }).block();
 * db.write("newAssignments", { taskRunId, assignments: 1, unitsEach: 1, status: "launched" }).block();
 * const { workerId } = db.write("findOrCreateWorker", { workerName: "ada", providerType: "simulated" }).block();
 * const row = db.write("reserveUnit", taskRunId, workerId).block();
 * assert(row !== null);
 * const unit = Unit.get(db, row.unitId);
 * const agent = Agent.newFromProviderData(context, Worker.get(db, workerId), unit, {});
 *
 * agent.updateStatus("in task");
 * // In a run this comes from another thread.
 * agent.mailbox.append({ text: "hello" });
 * assert.equal(agent.getLiveUpdate(1000)?.["text"], "hello");
 * agent.markDone();
 * assert.equal(agent.getStatus(), "completed");
 * db.close();
 * ```
 */
export abstract class Agent extends onUnit(LiveAgent<UnitAgentRecord>) {
  /**
   * A new handle on an agent. Its class is the agent class of the row's crowd provider.
   * @param row the row, if the caller has it
   * @throws NoSuchRowError when there is no such row, UnknownProviderError when its provider is not registered
   */
  static get(context: ModelContext, dbId: string, row?: AgentRow): Agent {
    const record = UnitAgentRecord.load(context.db, dbId, row);
    return context.wrapHandle(new (classFor(context, record.providerType))(opening(context, record)));
  }

  /**
   * Creates an agent for the worker's work on the unit. A provider's class overrides it: it returns the result of
   * {@link _registerAgentSteps} when the agent can be created.
   * @throws UnknownProviderError when the unit's provider is not registered
   * @throws NotImplementedError when the provider's class does not override this method
   */
  static *newSteps(context: ModelContext, worker: Worker, unit: Unit): Steps<Agent> {
    if (this !== Agent) throw new NotImplementedError(`${this.name}.newSteps`);
    return yield* classFor(context, unit.providerType).newSteps(context, worker, unit);
  }

  static new(context: ModelContext, worker: Worker, unit: Unit): Agent {
    return block(this.newSteps(context, worker, unit));
  }

  static newAsync(context: ModelContext, worker: Worker, unit: Unit): Promise<Agent> {
    return suspend(this.newSteps(context, worker, unit));
  }

  /**
   * As {@link newSteps}, for providers that have records of their own: they override it and read what they need from
   * `providerData`.
   */
  static *newFromProviderDataSteps(
    context: ModelContext,
    worker: Worker,
    unit: Unit,
    providerData: Json,
  ): Steps<Agent> {
    if (this === Agent)
      return yield* classFor(context, unit.providerType).newFromProviderDataSteps(context, worker, unit, providerData);
    const agent = yield* this.newSteps(context, worker, unit);
    unit.workerId = worker.dbId;
    agent.record.useUnit(unit);
    return agent;
  }

  static newFromProviderData(context: ModelContext, worker: Worker, unit: Unit, providerData: Json): Agent {
    return block(this.newFromProviderDataSteps(context, worker, unit, providerData));
  }

  static newFromProviderDataAsync(
    context: ModelContext,
    worker: Worker,
    unit: Unit,
    providerData: Json,
  ): Promise<Agent> {
    return suspend(this.newFromProviderDataSteps(context, worker, unit, providerData));
  }

  /** Creates the agent's row, for the `newSteps` of providers. Ends when its status `accepted` is committed. */
  protected static *_registerAgentSteps(
    context: ModelContext,
    worker: Worker,
    unit: Unit,
    providerType: string,
  ): Steps<Agent> {
    const row = yield* wait(
      context.db.write("newAgent", { workerId: worker.dbId, unitId: unit.dbId, providerType, at: context.clock.now() }),
    );
    unit.agentId = row.agentId;
    const agent = Agent.get(context, row.agentId, row);
    context.metrics.created("main", worker.dbId);
    context.log("debug", `Registered new ${agent.toString()} for unit ${unit.dbId}`);
    yield* agent.updateStatusSteps("accepted");
    return agent;
  }

  /**
   * As the base class. Also takes the agent off its unit if the worker leaves while the agent is `waiting`: no work has been done on
   * the unit yet.
   */
  override *updateStatusSteps(status: AgentStatus): Steps<void> {
    const from = this.dbStatus;
    yield* super.updateStatusSteps(status);
    if (from === "waiting" && this.releasesWaiters(this.dbStatus))
      yield* this.getUnit().clearAssignedAgentSteps(this.dbId);
  }

  // Abstract again, so that the compiler asks each provider's class for them.
  abstract override approveWorkSteps(): Steps<void>;
  abstract override rejectWorkSteps(reason: string): Steps<void>;
  abstract override markDoneSteps(): Steps<void>;

  protected pushes(): boolean {
    return true;
  }

  protected releasesWaiters(status: AgentStatus): boolean {
    return status === "returned" || status === "disconnect" || status === "timeout";
  }
}

/** @throws UnknownProviderError, or a TypeError when the provider's class is not one of agents */
function classFor(context: ModelContext, providerType: string): ProviderAgentClass {
  const { AgentClass } = context.providers.get(providerType);
  if (!(AgentClass.prototype instanceof Agent)) {
    throw new TypeError(
      `the AgentClass of crowd provider "${providerType}" must be a subclass of Agent, not ${AgentClass.name}`,
    );
  }
  return AgentClass as unknown as ProviderAgentClass;
}
