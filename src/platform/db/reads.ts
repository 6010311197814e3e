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

type SingleRowRead<Row> = (...parameters: string[]) => Row | undefined;

/** Prepares every read on `connection`. */
export function createReads(connection: Connection): Reads {
  const failureOf = (error: unknown): DatabaseError =>
    connection.open ? asDatabaseError(error, connection.name, "a read") : closed(connection.name);
  const one = <Row>(sql: string): SingleRowRead<Row> => {
    const statement = connection.prepare<SqlValue[], Row>(sql);
    return (...parameters) => {
      try {
        return getRow(statement, parameters);
      } catch (error) {
        throw failureOf(error);
      }
    };
  };
  const all = <Row>(sql: string): ((...parameters: string[]) => Row[]) => {
    const statement = connection.prepare<string[], Row>(sql);
    return (...parameters) => {
      try {
        return statement.all(...parameters);
      } catch (error) {
        throw failureOf(error);
      }
    };
  };
  const counts = <Status>(table: string): ((taskRunId: string) => Map<Status, number>) => {
    const rows = all<{ status: Status; agents: number }>(
      `SELECT status, count(*) AS agents FROM ${table} WHERE task_run_id = ? GROUP BY status`,
    );
    return (taskRunId) => new Map(rows(taskRunId).map((row) => [row.status, row.agents]));
  };

  return {
    getTask: one<TaskRow>(`SELECT ${columns.TASK} FROM tasks WHERE task_id = ?`),
    findTask: one<TaskRow>(`SELECT ${columns.TASK} FROM tasks WHERE task_name = ?`),
    getTaskRun: one<TaskRunRow>(`SELECT ${columns.TASK_RUN} FROM task_runs WHERE task_run_id = ?`),
    getAssignment: one<AssignmentRow>(`SELECT ${columns.ASSIGNMENT} FROM assignments WHERE assignment_id = ?`),
    getUnit: one<UnitRow>(`SELECT ${columns.UNIT} FROM units WHERE unit_id = ?`),
    getWorker: one<WorkerRow>(`SELECT ${columns.WORKER} FROM workers WHERE worker_id = ?`),
    findWorker: one<WorkerRow>(`SELECT ${columns.WORKER} FROM workers WHERE worker_name = ? AND provider_type = ?`),
    getAgent: one<AgentRow>(`SELECT ${columns.AGENT} FROM agents WHERE agent_id = ?`),
    getOnboardingAgent: one<OnboardingAgentRow>(
      `SELECT ${columns.ONBOARDING_AGENT} FROM onboarding_agents WHERE onboarding_agent_id = ?`,
    ),
    findQualification: one<QualificationRow>(
      `SELECT ${columns.QUALIFICATION} FROM qualifications WHERE qualification_name = ?`,
    ),

    assignmentsOfTaskRun: all<AssignmentRow>(
      `SELECT ${columns.ASSIGNMENT} FROM assignments WHERE task_run_id = ? ORDER BY assignment_id`,
    ),
    unitsOfTaskRun: all<UnitRow>(`SELECT ${columns.UNIT} FROM units WHERE task_run_id = ? ORDER BY unit_id`),
    unitsOfAssignment: all<UnitRow>(`SELECT ${columns.UNIT} FROM units WHERE assignment_id = ? ORDER BY unit_id`),
    agentsOfTaskRun: all<AgentRow>(`SELECT ${columns.AGENT} FROM agents WHERE task_run_id = ? ORDER BY agent_id`),
    onboardingAgentsOfTaskRun: all<OnboardingAgentRow>(
      `SELECT ${columns.ONBOARDING_AGENT} FROM onboarding_agents WHERE task_run_id = ? ORDER BY onboarding_agent_id`,
    ),
    qualificationsOfWorker: all<GrantedQualificationRow>(
      `SELECT CAST(worker_id AS TEXT) AS workerId, ${columns.QUALIFICATION}, value
       FROM granted_qualifications JOIN qualifications USING (qualification_id)
       WHERE worker_id = ? ORDER BY qualification_id`,
    ),

    agentStatusCounts: counts<AgentStatus>("agents"),
    onboardingStatusCounts: counts<AgentStatus>("onboarding_agents"),
    unitStatusCounts: counts<UnitStatus>("units"),

    submitOfAgent: one<StateRow>(
      "SELECT seq, kind, data, at FROM agent_state WHERE agent_type = ? AND agent_id = ? AND kind = 'submit' ORDER BY seq DESC LIMIT 1",
    ),
    stateOfAgent: all<StateRow>(
      "SELECT seq, kind, data, at FROM agent_state WHERE agent_type = ? AND agent_id = ? ORDER BY seq",
    ),
    statusChangesOf: all<StatusChangeRow>(
      `SELECT seq, old_status AS oldStatus, new_status AS newStatus, at
       FROM status_changes WHERE agent_type = ? AND agent_id = ? ORDER BY seq`,
    ),
  };
}
