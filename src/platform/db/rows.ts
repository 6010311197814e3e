/**
 * The rows of the database as the rest of the program sees them: camel case, ids as decimal strings (as in the
 * original), times in ms.
 */
import type { AgentStatus, UnitStatus } from "../../vocabulary/index.js";

/** Which of the two tables of agents an id belongs to; also the label of the model's metrics. */
export type AgentType = "main" | "onboarding";

/** A task: its name and its blueprint. */
export interface TaskRow {
  taskId: string;
  taskName: string;
  taskType: string;
}

/** The columns of a task run that the rows of its parts have too. */
export interface TaskRunColumns {
  taskRunId: string;
  taskId: string;
  taskType: string;
  providerType: string;
}

/** One launch of a task with one crowd provider. */
export interface TaskRunRow extends TaskRunColumns {
  /** The directory under which agents keep their files. */
  runDir: string;
}

/** One piece of work of a task run, done by as many workers as it has units. */
export interface AssignmentRow extends TaskRunColumns {
  assignmentId: string;
}

/** One worker's part of an assignment. */
export interface UnitRow extends AssignmentRow {
  unitId: string;
  /** Position in its assignment, from 0. */
  unitIndex: number;
  /** The agent that works on it, if any. */
  agentId: string | null;
  /** The worker it is reserved for or worked on by, if any. */
  workerId: string | null;
  status: UnitStatus;
}

/** A crowd worker: a person, known under a name to one provider. */
export interface WorkerRow {
  workerId: string;
  workerName: string;
  providerType: string;
}

/** A worker on one unit. */
export interface AgentRow extends AssignmentRow {
  agentId: string;
  status: AgentStatus;
  workerId: string;
  unitId: string;
}

/** A worker in the onboarding of a task run, on no unit yet. */
export interface OnboardingAgentRow extends Omit<TaskRunColumns, "providerType"> {
  onboardingAgentId: string;
  status: AgentStatus;
  workerId: string;
}

/** A property that a worker can be granted, such as a passed onboarding. */
export interface QualificationRow {
  qualificationId: string;
  qualificationName: string;
}

/** A qualification that a worker has. */
export interface GrantedQualificationRow {
  workerId: string;
  qualificationId: string;
  qualificationName: string;
  /** The granted value, which a task compares with the required one. Without a unit. */
  value: number;
}

/** One entry of the journal of an agent's state. */
export interface StateRow {
  /**
   * Position in the journal of the whole database, so that entries of different agents compare too. Increases; may have
   * gaps.
   */
  seq: number;
  kind: StateKind;
  /** JSON text, as it was appended. */
  data: string;
  /** When, in ms of the clock of the thread that appended it. */
  at: number;
}

/** `update`: a live update that reached the state; `submit`: what the worker submitted. */
export type StateKind = "update" | "submit";

/** One committed change of an agent's status. Writing the same status again is no change. */
export interface StatusChangeRow {
  /** Position in the history of the whole database. Increases; may have gaps. */
  seq: number;
  oldStatus: AgentStatus;
  newStatus: AgentStatus;
  /** When, in ms of the clock of the thread that wrote it. */
  at: number;
}
