/**
 * The writes: the only place that changes rows. Each is atomic, also inside an open transaction (better-sqlite3 then
 * makes a savepoint), which is how the writer thread commits many at once.
 */
import type { Connection } from "./connection.js";
import * as columns from "./columns.js";
import { asDatabaseError, DatabaseError } from "./database-errors.js";
import type { WriteArgs, WriteName, WriteResult, Writes } from "./reads-and-writes.js";
import { AGENT_TABLES, createJournal, noSuchAgent } from "./journal.js";
import { WriteStatements } from "./write-statements.js";
import { assert, isFinal, type AgentStatus } from "../../vocabulary/index.js";
import type {
  AgentRow,
  AgentType,
  AssignmentRow,
  OnboardingAgentRow,
  QualificationRow,
  TaskRow,
  TaskRunRow,
  UnitRow,
  WorkerRow,
} from "./rows.js";

/** Executes one write by name. Throws {@link DatabaseError} when it fails; it has then changed nothing. */
export type Execute = <K extends WriteName>(name: K, args: WriteArgs<K>) => WriteResult<K>;

/** Prepares every write on `connection`. */
export function createExecute(connection: Connection): Execute {
  const writes = new PreparedWrites(connection);
  return <K extends WriteName>(name: K, args: WriteArgs<K>): WriteResult<K> => {
    // The compiler cannot relate the arguments of one member of a union of functions to that member.
    const write = writes[name] as (...args: WriteArgs<K>) => WriteResult<K>;
    try {
      return write.apply(writes, args);
    } catch (error) {
      throw asDatabaseError(error, connection.name, name);
    }
  };
}

class PreparedWrites extends WriteStatements implements Writes {
  readonly #insertTask = this.inserted<TaskRow>(
    "INSERT INTO tasks (task_name, task_type) VALUES (?, ?)",
    "tasks",
    columns.TASK,
  );
  readonly #insertTaskRun = this.inserted<TaskRunRow>(
    `INSERT INTO task_runs (provider_type, run_dir, task_id, task_type)
     SELECT ?, ?, task_id, task_type FROM tasks WHERE task_id = ?`,
    "task_runs",
    columns.TASK_RUN,
  );
  readonly #addAssignment = this.insertion(
    `INSERT INTO assignments (task_run_id, task_id, task_type, provider_type)
     SELECT task_run_id, task_id, task_type, provider_type FROM task_runs WHERE task_run_id = ?`,
  );
  readonly #insertAssignment = this.withRow<AssignmentRow>(this.#addAssignment, "assignments", columns.ASSIGNMENT);
  readonly #addUnit = this.insertion(
    `INSERT INTO units (unit_index, status, assignment_id, task_run_id, task_id, task_type, provider_type)
     SELECT ?, ?, assignment_id, task_run_id, task_id, task_type, provider_type
     FROM assignments WHERE assignment_id = ?`,
  );
  readonly #insertUnit = this.withRow<UnitRow>(this.#addUnit, "units", columns.UNIT);
  readonly #unitExists = this.one<object>("SELECT 1 FROM units WHERE unit_id = ?");
  readonly #setUnitStatus = this.run("UPDATE units SET status = ? WHERE unit_id = ?");
  readonly #setUnitStatusOf = this.run("UPDATE units SET status = ? WHERE unit_id = ? AND agent_id = ?");
  readonly #freeUnit = this.run(
    "UPDATE units SET agent_id = NULL, worker_id = NULL, status = 'launched' WHERE unit_id = ?",
  );
  readonly #freeUnitOf = this.run(
    "UPDATE units SET agent_id = NULL, worker_id = NULL, status = 'launched' WHERE unit_id = ? AND agent_id = ?",
  );
  readonly #freeUnitFor = this.one<{ unitId: number }>(
    `SELECT unit_id AS unitId FROM units AS free
     WHERE task_run_id = ? AND status = 'launched' AND agent_id IS NULL AND worker_id IS NULL
       AND NOT EXISTS (SELECT 1 FROM agents WHERE worker_id = ? AND assignment_id = free.assignment_id)
       AND NOT EXISTS (SELECT 1 FROM units AS other WHERE assignment_id = free.assignment_id AND worker_id = ?)
     ORDER BY unit_id LIMIT 1`,
  );
  readonly #reserve = this.run("UPDATE units SET status = 'assigned', worker_id = ? WHERE unit_id = ?");
  readonly #selectUnit = this.one<UnitRow>(`SELECT ${columns.UNIT} FROM units WHERE unit_id = ?`);
  readonly #insertWorker = this.inserted<WorkerRow>(
    "INSERT INTO workers (worker_name, provider_type) VALUES (?, ?) ON CONFLICT DO NOTHING",
    "workers",
    columns.WORKER,
  );
  readonly #selectWorker = this.one<WorkerRow>(
    `SELECT ${columns.WORKER} FROM workers WHERE worker_name = ? AND provider_type = ?`,
  );
  readonly #insertAgent = this.inserted<AgentRow>(
    `INSERT INTO agents (status, worker_id, provider_type, created_at, updated_at,
                         unit_id, assignment_id, task_run_id, task_id, task_type)
     SELECT 'none', ?, ?, ?, ?, unit_id, assignment_id, task_run_id, task_id, task_type FROM units WHERE unit_id = ?`,
    "agents",
    columns.AGENT,
  );
  readonly #giveUnit = this.run(
    `UPDATE units SET agent_id = ?, worker_id = ?, status = 'assigned'
     WHERE unit_id = ? AND agent_id IS NULL AND (worker_id IS NULL OR worker_id = ?)`,
  );
  readonly #insertOnboardingAgent = this.inserted<OnboardingAgentRow>(
    `INSERT INTO onboarding_agents (status, worker_id, created_at, updated_at, task_run_id, task_id, task_type)
     SELECT 'none', ?, ?, ?, task_run_id, task_id, task_type FROM task_runs WHERE task_run_id = ?`,
    "onboarding_agents",
    columns.ONBOARDING_AGENT,
  );
  readonly #journal = createJournal(this.connection);
  readonly #insertQualification = this.inserted<QualificationRow>(
    "INSERT INTO qualifications (qualification_name) VALUES (?)",
    "qualifications",
    columns.QUALIFICATION,
  );
  readonly #grant = this.run(
    `INSERT INTO granted_qualifications (worker_id, qualification_id, value) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET value = excluded.value`,
  );
  readonly #revoke = this.run("DELETE FROM granted_qualifications WHERE worker_id = ? AND qualification_id = ?");

  readonly updateAgent = this.#statusUpdate("main");
  readonly updateOnboardingAgent = this.#statusUpdate("onboarding");
  readonly newAssignments = this.connection.transaction(
    ({ taskRunId, assignments, unitsEach, status }: WriteArgs<"newAssignments">[0]) =>
      Array.from({ length: assignments }, () => {
        const assignmentId = this.#found(this.#addAssignment(taskRunId), "task run", taskRunId);
        for (let unitIndex = 0; unitIndex < unitsEach; unitIndex++) this.#addUnit(unitIndex, status, assignmentId);
        return String(assignmentId);
      }),
  );
  readonly newAgent = this.connection.transaction(
    ({ workerId, unitId, providerType, at }: WriteArgs<"newAgent">[0]): AgentRow => {
      const agent = this.#found(this.#insertAgent(workerId, providerType, at, at, unitId), "unit", unitId);
      if (this.#giveUnit(agent.agentId, workerId, unitId, workerId) === 0) {
        throw new DatabaseError(
          `${this.connection.name}: unit ${unitId} has an agent or is reserved for another worker than ${workerId}`,
        );
      }
      return agent;
    },
  );
  readonly grantByName = this.connection.transaction(
    ({ qualificationId, providerType, grants }: WriteArgs<"grantByName">[0]) => {
      for (const { workerName, value } of grants)
        this.#grant(this.findOrCreateWorker({ workerName, providerType }).workerId, qualificationId, value);
    },
  );

  newTask({ taskName, taskType }: WriteArgs<"newTask">[0]): TaskRow {
    return present(this.#insertTask(taskName, taskType));
  }

  newTaskRun({ taskId, providerType, runDir }: WriteArgs<"newTaskRun">[0]): TaskRunRow {
    return this.#found(this.#insertTaskRun(providerType, runDir, taskId), "task", taskId);
  }

  newAssignment({ taskRunId }: WriteArgs<"newAssignment">[0]): AssignmentRow {
    return this.#found(this.#insertAssignment(taskRunId), "task run", taskRunId);
  }

  newUnit({ assignmentId, unitIndex, status }: WriteArgs<"newUnit">[0]): UnitRow {
    return this.#found(this.#insertUnit(unitIndex, status, assignmentId), "assignment", assignmentId);
  }

  updateUnit(...[unitId, { status, agentId }]: WriteArgs<"updateUnit">): void {
    this.#found(this.#unitExists(unitId), "unit", unitId);
    if (agentId === undefined) this.#setUnitStatus(status, unitId);
    else this.#setUnitStatusOf(status, unitId, agentId);
  }

  reserveUnit(taskRunId: string, workerId: string): UnitRow | null {
    const free = this.#freeUnitFor(taskRunId, workerId, workerId);
    if (free === undefined) return null;
    this.#reserve(workerId, free.unitId);
    return present(this.#selectUnit(free.unitId));
  }

  clearUnitAgent(unitId: string, agentId?: string): void {
    this.#found(this.#unitExists(unitId), "unit", unitId);
    if (agentId === undefined) this.#freeUnit(unitId);
    else this.#freeUnitOf(unitId, agentId);
  }

  findOrCreateWorker({ workerName, providerType }: WriteArgs<"findOrCreateWorker">[0]): WorkerRow {
    return present(this.#insertWorker(workerName, providerType) ?? this.#selectWorker(workerName, providerType));
  }

  newOnboardingAgent({ workerId, taskRunId, at }: WriteArgs<"newOnboardingAgent">[0]): OnboardingAgentRow {
    return this.#found(this.#insertOnboardingAgent(workerId, at, at, taskRunId), "task run", taskRunId);
  }

  appendState(entry: WriteArgs<"appendState">[0]): void {
    if (!this.#journal.append(entry)) throw noSuchAgent(this.connection.name, entry.agentType, entry.agentId);
  }

  newQualification({ qualificationName }: WriteArgs<"newQualification">[0]): QualificationRow {
    return present(this.#insertQualification(qualificationName));
  }

  grantQualification({ workerId, qualificationId, value }: WriteArgs<"grantQualification">[0]): void {
    this.#grant(workerId, qualificationId, value);
  }

  revokeQualification({ workerId, qualificationId }: WriteArgs<"revokeQualification">[0]): boolean {
    return this.#revoke(workerId, qualificationId) > 0;
  }

  /** Sets the status of an agent of this type; returns the status before. */
  #statusUpdate(agentType: AgentType): Writes["updateAgent"] {
    const { table, id } = AGENT_TABLES[agentType];
    const statusOf = this.one<{ status: AgentStatus }>(`SELECT status FROM ${table} WHERE ${id} = ?`);
    const setStatus = this.run(`UPDATE ${table} SET status = ?, updated_at = ? WHERE ${id} = ?`);
    return (agentId, { status, at, unlessFinal = false }) => {
      const row = statusOf(agentId);
      if (row === undefined) throw noSuchAgent(this.connection.name, agentType, agentId);
      if (!(unlessFinal && isFinal(row.status))) setStatus(status, at, agentId);
      return row.status;
    };
  }

  /** `row`, or an error that names the row which the write refers to. */
  #found<Row>(row: Row | undefined, what: string, id: string): Row {
    if (row === undefined) throw new DatabaseError(`${this.connection.name}: there is no ${what} ${id}`);
    return row;
  }
}

/** A row that an earlier statement of the same write made or found. */
function present<Row>(row: Row | undefined): Row {
  assert(row !== undefined, "a row that was just written or found is not in the database");
  return row;
}
