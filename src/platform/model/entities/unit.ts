/** One worker's part of an assignment. */
import type { Database, UnitRow } from "../../db/index.js";
import { type Steps, wait } from "../../sync/index.js";
import { addWaitForms, type Blocking, type Suspending } from "../wait-forms.js";
import { Assignment } from "./assignment.js";
import { found } from "./found.js";
import type { Task } from "./task.js";
import type { TaskRun } from "./task-run.js";
import { TaskRunPart } from "./task-run-part.js";

/**
 * One worker's part of an assignment.
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
 * assert.equal(unit.agentId, agent.dbId);
 *
 * // Takes the agent off the unit, so that another worker can be assigned to it.
 * unit.clearAssignedAgent();
 * assert.equal(Unit.get(db, unit.dbId).agentId, null);
 * db.close();
 * ```
 */
export class Unit extends TaskRunPart<UnitRow> {
  /** The worker for whom it is reserved or who works on it, as this handle last read or wrote it. */
  workerId: string | null;
  /** The agent that works on it, as this handle last read or wrote it. */
  agentId: string | null;
  /** As {@link clearAssignedAgentSteps}; blocks the thread. */
  declare clearAssignedAgent: Blocking<Unit["clearAssignedAgentSteps"]>;
  /** As {@link clearAssignedAgentSteps}; suspends the caller. */
  declare clearAssignedAgentAsync: Suspending<Unit["clearAssignedAgentSteps"]>;
  #assignment: Assignment | undefined;

  static {
    addWaitForms(this.prototype, "clearAssignedAgentSteps");
  }

  private constructor(db: Database, row: UnitRow) {
    super(db, row);
    this.workerId = row.workerId;
    this.agentId = row.agentId;
  }

  /** @throws NoSuchRowError when there is no such unit */
  static get(db: Database, unitId: string, row?: UnitRow): Unit {
    return new Unit(db, row ?? found(db.getUnit(unitId), "unit", unitId));
  }

  get dbId(): string {
    return this.row.unitId;
  }

  /** Position in its assignment, from 0. */
  get unitIndex(): number {
    return this.row.unitIndex;
  }

  get assignmentId(): string {
    return this.row.assignmentId;
  }

  /** Loaded when first asked for. */
  getAssignment(): Assignment {
    return (this.#assignment ??= Assignment.get(this.db, this.row.assignmentId));
  }

  getTaskRun(): TaskRun {
    return this.getAssignment().getTaskRun();
  }

  getTask(): Task {
    return this.getAssignment().getTask();
  }

  /**
   * Takes the agent off this unit, so that another worker can be assigned to it. Ends when the row is committed.
   * @param agentId the agent: a unit that is another agent's by now is not changed
   */
  *clearAssignedAgentSteps(agentId?: string): Steps<void> {
    yield* wait(
      agentId === undefined
        ? this.db.write("clearUnitAgent", this.dbId)
        : this.db.write("clearUnitAgent", this.dbId, agentId),
    );
    this.agentId = null;
    this.workerId = null;
  }
}
