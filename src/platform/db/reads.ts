/**
 * The reads, as prepared statements of one connection.
 */
import type { Connection } from "./connection.js";
import { getRow, type SqlValue } from "./call-statement.js";
import * as columns from "./columns.js";
import { asDatabaseError, closed, type DatabaseError } from "./database-errors.js";
import type { Reads } from "./reads-and-writes.js";
import type {
  AgentRow,
  AssignmentRow,
  GrantedQualificationRow,
  OnboardingAgentRow,
  QualificationRow,
  StateRow,
  StatusChangeRow,
  TaskRow,
  TaskRunRow,
  UnitRow,
  WorkerRow,
} from "./rows.js";
import type { AgentStatus, UnitStatus } from "../../vocabulary/index.js";

type Read<Result> = (...parameters: string[]) => Result;

/** Prepares reads on a connection. */
class ReadStatements {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  protected one<Row>(sql: string): Read<Row | undefined> {
    const statement = this.#connection.prepare<SqlValue[], Row>(sql);
    return (...parameters) => {
      try {
        return getRow(statement, parameters);
      } catch (error) {
        throw this.#failureOf(error);
      }
    };
  }

  protected all<Row>(sql: string): Read<Row[]> {
    const statement = this.#connection.prepare<string[], Row>(sql);
    return (...parameters) => {
      try {
        return statement.all(...parameters);
      } catch (error) {
        throw this.#failureOf(error);
      }
    };
  }

  protected counts<Status>(table: string): (taskRunId: string) => Map<Status, number> {
    const rows = this.all<{ status: Status; count: number }>(
      `SELECT status, count(*) AS count FROM ${table} WHERE task_run_id = ? GROUP BY status`,
    );
    return (taskRunId) => new Map(rows(taskRunId).map(({ status, count }) => [status, count]));
  }

  #failureOf(error: unknown): DatabaseError {
    const { open, name } = this.#connection;
    return open ? asDatabaseError(error, name, "a read") : closed(name);
  }
}

/** The reads are properties of the object itself, without `this`: databases are extended by spreading them. */
class PreparedReads extends ReadStatements implements Reads {
  readonly getTask = this.one<TaskRow>(`SELECT ${columns.TASK} FROM tasks WHERE task_id = ?`);
  readonly findTask = this.one<TaskRow>(`SELECT ${columns.TASK} FROM tasks WHERE task_name = ?`);
  readonly getTaskRun = this.one<TaskRunRow>(`SELECT ${columns.TASK_RUN} FROM task_runs WHERE task_run_id = ?`);
  readonly getAssignment = this.one<AssignmentRow>(
    `SELECT ${columns.ASSIGNMENT} FROM assignments WHERE assignment_id = ?`,
  );
  readonly getUnit = this.one<UnitRow>(`SELECT ${columns.UNIT} FROM units WHERE unit_id = ?`);
  readonly getWorker = this.one<WorkerRow>(`SELECT ${columns.WORKER} FROM workers WHERE worker_id = ?`);
  readonly findWorker = this.one<WorkerRow>(
    `SELECT ${columns.WORKER} FROM workers WHERE worker_name = ? AND provider_type = ?`,
  );
  readonly getAgent = this.one<AgentRow>(`SELECT ${columns.AGENT} FROM agents WHERE agent_id = ?`);
  readonly getOnboardingAgent = this.one<OnboardingAgentRow>(
    `SELECT ${columns.ONBOARDING_AGENT} FROM onboarding_agents WHERE onboarding_agent_id = ?`,
  );
  readonly findQualification = this.one<QualificationRow>(
    `SELECT ${columns.QUALIFICATION} FROM qualifications WHERE qualification_name = ?`,
  );

  readonly assignmentsOfTaskRun = this.all<AssignmentRow>(
    `SELECT ${columns.ASSIGNMENT} FROM assignments WHERE task_run_id = ? ORDER BY assignment_id`,
  );
  readonly unitsOfTaskRun = this.all<UnitRow>(
    `SELECT ${columns.UNIT} FROM units WHERE task_run_id = ? ORDER BY unit_id`,
  );
  readonly unitsOfAssignment = this.all<UnitRow>(
    `SELECT ${columns.UNIT} FROM units WHERE assignment_id = ? ORDER BY unit_id`,
  );
  readonly agentsOfTaskRun = this.all<AgentRow>(
    `SELECT ${columns.AGENT} FROM agents WHERE task_run_id = ? ORDER BY agent_id`,
  );
  readonly onboardingAgentsOfTaskRun = this.all<OnboardingAgentRow>(
    `SELECT ${columns.ONBOARDING_AGENT} FROM onboarding_agents WHERE task_run_id = ? ORDER BY onboarding_agent_id`,
  );
  readonly qualificationsOfWorker = this.all<GrantedQualificationRow>(
    `SELECT CAST(worker_id AS TEXT) AS workerId, ${columns.QUALIFICATION}, value
     FROM granted_qualifications JOIN qualifications USING (qualification_id)
     WHERE worker_id = ? ORDER BY qualification_id`,
  );

  readonly agentStatusCounts = this.counts<AgentStatus>("agents");
  readonly onboardingStatusCounts = this.counts<AgentStatus>("onboarding_agents");
  readonly unitStatusCounts = this.counts<UnitStatus>("units");

  readonly submitOfAgent = this.one<StateRow>(
    `SELECT seq, kind, data, at FROM agent_state
     WHERE agent_type = ? AND agent_id = ? AND kind = 'submit' ORDER BY seq DESC LIMIT 1`,
  );
  readonly stateOfAgent = this.all<StateRow>(
    "SELECT seq, kind, data, at FROM agent_state WHERE agent_type = ? AND agent_id = ? ORDER BY seq",
  );
  readonly statusChangesOf = this.all<StatusChangeRow>(
    `SELECT seq, old_status AS oldStatus, new_status AS newStatus, at
     FROM status_changes WHERE agent_type = ? AND agent_id = ? ORDER BY seq`,
  );
}

/** Prepares every read on `connection`. */
export function createReads(connection: Connection): Reads {
  return new PreparedReads(connection);
}
