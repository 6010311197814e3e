/**
 * The writes: the single place that changes rows. Each is atomic by itself and within a transaction that is open already
 * (better-sqlite3 makes a savepoint of it), which is how the writer thread commits many at once.
 */
import type { Connection } from "./connection.js";
import { getRow, runWith, type SqlValue } from "./call-statement.js";
import * as columns from "./columns.js";
import { asDatabaseError, DatabaseError } from "./database-errors.js";
import type { WriteArgs, WriteName, WriteResult, Writes } from "./reads-and-writes.js";
import { createJournal, noSuchAgent } from "./journal.js";
import { isFinal, type AgentStatus } from "../../vocabulary/index.js";
import type {
  AgentRow,
  AssignmentRow,
  OnboardingAgentRow,
  QualificationRow,
  TaskRow,
  TaskRunRow,
  UnitRow,
  WorkerRow,
} from "./rows.js";

/** Executes one write by name. Throws {@link DatabaseError} when it fails; nothing of it has then happened. */
export type Execute = <K extends WriteName>(name: K, args: WriteArgs<K>) => WriteResult<K>;

/** Prepares every write on `connection`. */
export function createExecute(connection: Connection): Execute {
  const writes = createWrites(connection);
  return <K extends WriteName>(name: K, args: WriteArgs<K>): WriteResult<K> => {
    // The compiler cannot relate the arguments of one member of a union of functions to that member.
    const write = writes[name] as (...args: WriteArgs<K>) => WriteResult<K>;
    try {
      return write(...args);
    } catch (error) {
      throw asDatabaseError(error, connection.name, name);
    }
  };
}

type SingleRowStatement<Row> = (...values: SqlValue[]) => Row | undefined;

function createWrites(connection: Connection): Writes {
  const run = (sql: string): ((...values: SqlValue[]) => number) => {
    const statement = connection.prepare<SqlValue[]>(sql);
    return (...values) => runWith(statement, values).changes;
  };
  const one = <Row>(sql: string): SingleRowStatement<Row> => {
    const statement = connection.prepare<SqlValue[], Row>(sql);
    return (...values) => getRow(statement, values);
  };
  /** An insertion, and the number of the row that it made; undefined when it made none. */
  const insertion = (sql: string): SingleRowStatement<number> => {
    const statement = connection.prepare<SqlValue[]>(sql);
    return (...values) => {
      const { changes, lastInsertRowid } = runWith(statement, values);
      return changes === 0 ? undefined : Number(lastInsertRowid);
    };
  };
  /**
   * As `insert`, with the row that it made. `table` is where, and `row` what is given of it. SQLite keeps what is RETURNING in a table
   * of its own until the statement ends, which takes longer than looking for the row.
   */
  const withRow = <Row>(insert: SingleRowStatement<number>, table: string, row: string): SingleRowStatement<Row> => {
    const select = one<Row>(`SELECT ${row} FROM ${table} WHERE rowid = ?`);
    return (...values) => {
      const made = insert(...values);
      return made === undefined ? undefined : select(made);
    };
  };
  const inserted = <Row>(sql: string, table: string, row: string): SingleRowStatement<Row> =>
    withRow(insertion(sql), table, row);
  /** What `row` is, or an error that says which row a write was to refer to. */
  const found = <Row>(row: Row | undefined, what: string, id: string): Row => {
    if (row === undefined) throw missing(what, id);
    return row;
  };
  const missing = (what: string, id: string): DatabaseError =>
    new DatabaseError(`${connection.name}: there is no ${what} ${id}`);

  const insertTask = inserted<TaskRow>("INSERT INTO tasks (task_name, task_type) VALUES (?, ?)", "tasks", columns.TASK);
  const insertTaskRun = inserted<TaskRunRow>(
    "INSERT INTO task_runs (provider_type, run_dir, task_id, task_type) SELECT ?, ?, task_id, task_type FROM tasks WHERE task_id = ?",
    "task_runs",
    columns.TASK_RUN,
  );
  const addAssignment = insertion(
    `INSERT INTO assignments (task_run_id, task_id, task_type, provider_type)
     SELECT task_run_id, task_id, task_type, provider_type FROM task_runs WHERE task_run_id = ?`,
  );
  const insertAssignment = withRow<AssignmentRow>(addAssignment, "assignments", columns.ASSIGNMENT);
  const addUnit = insertion(
    `INSERT INTO units (unit_index, status, assignment_id, task_run_id, task_id, task_type, provider_type)
     SELECT ?, ?, assignment_id, task_run_id, task_id, task_type, provider_type FROM assignments WHERE assignment_id = ?`,
  );
  const insertUnit = withRow<UnitRow>(addUnit, "units", columns.UNIT);
  const unitExists = one<object>("SELECT 1 FROM units WHERE unit_id = ?");
  const setUnitStatus = run("UPDATE units SET status = ? WHERE unit_id = ?");
  const setUnitStatusOf = run("UPDATE units SET status = ? WHERE unit_id = ? AND agent_id = ?");
  const freeUnit = run("UPDATE units SET agent_id = NULL, worker_id = NULL, status = 'launched' WHERE unit_id = ?");
  const freeUnitOf = run(
    "UPDATE units SET agent_id = NULL, worker_id = NULL, status = 'launched' WHERE unit_id = ? AND agent_id = ?",
  );
  const freeUnitFor = one<{ unitId: number }>(
    `SELECT unit_id AS unitId FROM units AS free
     WHERE task_run_id = ? AND status = 'launched' AND agent_id IS NULL AND worker_id IS NULL
       AND NOT EXISTS (SELECT 1 FROM agents WHERE worker_id = ? AND assignment_id = free.assignment_id)
       AND NOT EXISTS (SELECT 1 FROM units AS other WHERE assignment_id = free.assignment_id AND worker_id = ?)
     ORDER BY unit_id LIMIT 1`,
  );
  const reserve = run("UPDATE units SET status = 'assigned', worker_id = ? WHERE unit_id = ?");
  const selectUnit = one<UnitRow>(`SELECT ${columns.UNIT} FROM units WHERE unit_id = ?`);
  const insertWorker = inserted<WorkerRow>(
    "INSERT INTO workers (worker_name, provider_type) VALUES (?, ?) ON CONFLICT DO NOTHING",
    "workers",
    columns.WORKER,
  );
  const selectWorker = one<WorkerRow>(
    `SELECT ${columns.WORKER} FROM workers WHERE worker_name = ? AND provider_type = ?`,
  );
  const insertAgent = inserted<AgentRow>(
    `INSERT INTO agents (status, worker_id, provider_type, created_at, updated_at, unit_id, assignment_id, task_run_id, task_id, task_type)
     SELECT 'none', ?, ?, ?, ?, unit_id, assignment_id, task_run_id, task_id, task_type FROM units WHERE unit_id = ?`,
    "agents",
    columns.AGENT,
  );
  const giveUnit = run(
    `UPDATE units SET agent_id = ?, worker_id = ?, status = 'assigned'
     WHERE unit_id = ? AND agent_id IS NULL AND (worker_id IS NULL OR worker_id = ?)`,
  );
  const agentStatus = one<{ status: AgentStatus }>("SELECT status FROM agents WHERE agent_id = ?");
  const setAgentStatus = run("UPDATE agents SET status = ?, updated_at = ? WHERE agent_id = ?");
  const insertOnboardingAgent = inserted<OnboardingAgentRow>(
    `INSERT INTO onboarding_agents (status, worker_id, created_at, updated_at, task_run_id, task_id, task_type)
     SELECT 'none', ?, ?, ?, task_run_id, task_id, task_type FROM task_runs WHERE task_run_id = ?`,
    "onboarding_agents",
    columns.ONBOARDING_AGENT,
  );
  const onboardingStatus = one<{ status: AgentStatus }>(
    "SELECT status FROM onboarding_agents WHERE onboarding_agent_id = ?",
  );
  const setOnboardingStatus = run(
    "UPDATE onboarding_agents SET status = ?, updated_at = ? WHERE onboarding_agent_id = ?",
  );
  const journal = createJournal(connection);
  const insertQualification = inserted<QualificationRow>(
    "INSERT INTO qualifications (qualification_name) VALUES (?)",
    "qualifications",
    columns.QUALIFICATION,
  );
  const grant = run(
    `INSERT INTO granted_qualifications (worker_id, qualification_id, value) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET value = excluded.value`,
  );
  const revoke = run("DELETE FROM granted_qualifications WHERE worker_id = ? AND qualification_id = ?");

  const newAssignments: Writes["newAssignments"] = ({ taskRunId, assignments, unitsEach, status }) =>
    Array.from({ length: assignments }, () => {
      const assignmentId = found(addAssignment(taskRunId), "task run", taskRunId);
      for (let unitIndex = 0; unitIndex < unitsEach; unitIndex++) addUnit(unitIndex, status, assignmentId);
      return String(assignmentId);
    });
  const newAgent: Writes["newAgent"] = ({ workerId, unitId, providerType, at }) => {
    const agent = found(insertAgent(workerId, providerType, at, at, unitId), "unit", unitId);
    if (giveUnit(agent.agentId, workerId, unitId, workerId) === 0) {
      throw new DatabaseError(
        `${connection.name}: unit ${unitId} has an agent or is reserved for another worker than ${workerId}`,
      );
    }
    return agent;
  };

  const findOrCreateWorker: Writes["findOrCreateWorker"] = ({ workerName, providerType }) =>
    found(insertWorker(workerName, providerType) ?? selectWorker(workerName, providerType), "worker", workerName);
  const grantByName: Writes["grantByName"] = ({ qualificationId, providerType, grants }) => {
    for (const { workerName, value } of grants)
      grant(findOrCreateWorker({ workerName, providerType }).workerId, qualificationId, value);
  };

  return {
    newTask: ({ taskName, taskType }) => found(insertTask(taskName, taskType), "task", taskName),
    newTaskRun: ({ taskId, providerType, runDir }) =>
      found(insertTaskRun(providerType, runDir, taskId), "task", taskId),
    newAssignment: ({ taskRunId }) => found(insertAssignment(taskRunId), "task run", taskRunId),
    newUnit: ({ assignmentId, unitIndex, status }) =>
      found(insertUnit(unitIndex, status, assignmentId), "assignment", assignmentId),
    newAssignments: connection.transaction(newAssignments),
    updateUnit: (unitId, { status, agentId }) => {
      found(unitExists(unitId), "unit", unitId);
      if (agentId === undefined) setUnitStatus(status, unitId);
      else setUnitStatusOf(status, unitId, agentId);
    },
    reserveUnit: (taskRunId, workerId) => {
      const free = freeUnitFor(taskRunId, workerId, workerId);
      if (free === undefined) return null;
      reserve(workerId, free.unitId);
      return selectUnit(free.unitId) ?? null;
    },
    clearUnitAgent: (unitId, agentId) => {
      found(unitExists(unitId), "unit", unitId);
      if (agentId === undefined) freeUnit(unitId);
      else freeUnitOf(unitId, agentId);
    },
    findOrCreateWorker,
    newAgent: connection.transaction(newAgent),
    updateAgent: (agentId, { status, at, unlessFinal = false }) => {
      const before = found(agentStatus(agentId), "agent", agentId).status;
      if (!(unlessFinal && isFinal(before))) setAgentStatus(status, at, agentId);
      return before;
    },
    newOnboardingAgent: ({ workerId, taskRunId, at }) =>
      found(insertOnboardingAgent(workerId, at, at, taskRunId), "task run", taskRunId),
    updateOnboardingAgent: (onboardingAgentId, { status, at, unlessFinal = false }) => {
      const before = found(onboardingStatus(onboardingAgentId), "onboarding agent", onboardingAgentId).status;
      if (!(unlessFinal && isFinal(before))) setOnboardingStatus(status, at, onboardingAgentId);
      return before;
    },
    appendState: (entry) => {
      if (!journal.append(entry)) throw noSuchAgent(connection.name, entry.agentType, entry.agentId);
    },
    newQualification: ({ qualificationName }) =>
      found(insertQualification(qualificationName), "qualification", qualificationName),
    grantQualification: ({ workerId, qualificationId, value }) => {
      grant(workerId, qualificationId, value);
    },
    grantByName: connection.transaction(grantByName),
    revokeQualification: ({ workerId, qualificationId }) => revoke(workerId, qualificationId) > 0,
  };
}
