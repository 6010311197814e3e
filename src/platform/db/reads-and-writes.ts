/**
 * All reads and writes of the database: the two interfaces, without their implementations.
 */
import type { AgentStatus, UnitStatus } from "../../vocabulary/index.js";
import type {
  AgentRow,
  AgentType,
  AssignmentRow,
  GrantedQualificationRow,
  OnboardingAgentRow,
  QualificationRow,
  StateKind,
  StateRow,
  StatusChangeRow,
  TaskRow,
  TaskRunRow,
  UnitRow,
  WorkerRow,
} from "./rows.js";

/**
 * Reads: synchronous, each a snapshot that contains every write whose wait has ended, in any thread.
 * A missing row is `undefined`, a list without rows is empty; lists are in the order of their rows' creation.
 * All throw {@link DatabaseError} when the file cannot be read.
 */
export interface Reads {
  getTask(taskId: string): TaskRow | undefined;
  findTask(taskName: string): TaskRow | undefined;
  getTaskRun(taskRunId: string): TaskRunRow | undefined;
  getAssignment(assignmentId: string): AssignmentRow | undefined;
  getUnit(unitId: string): UnitRow | undefined;
  getWorker(workerId: string): WorkerRow | undefined;
  findWorker(workerName: string, providerType: string): WorkerRow | undefined;
  /** The hottest read: the model makes it at every `getStatus` of an agent that is not final. */
  getAgent(agentId: string): AgentRow | undefined;
  /** As {@link Reads.getAgent}, for an onboarding agent. */
  getOnboardingAgent(onboardingAgentId: string): OnboardingAgentRow | undefined;
  findQualification(qualificationName: string): QualificationRow | undefined;

  assignmentsOfTaskRun(taskRunId: string): AssignmentRow[];
  unitsOfTaskRun(taskRunId: string): UnitRow[];
  unitsOfAssignment(assignmentId: string): UnitRow[];
  agentsOfTaskRun(taskRunId: string): AgentRow[];
  onboardingAgentsOfTaskRun(taskRunId: string): OnboardingAgentRow[];
  qualificationsOfWorker(workerId: string): GrantedQualificationRow[];

  /** How many agents of the task run have each status; statuses without agents are absent. */
  agentStatusCounts(taskRunId: string): Map<AgentStatus, number>;
  /** As {@link Reads.agentStatusCounts}, for its onboarding agents. */
  onboardingStatusCounts(taskRunId: string): Map<AgentStatus, number>;
  /** How many units of the task run have each status; statuses without units are absent. */
  unitStatusCounts(taskRunId: string): Map<UnitStatus, number>;

  /** The last submission in the journal of one agent's state. */
  submitOfAgent(agentType: AgentType, agentId: string): StateRow | undefined;
  /**
   * The journal of one agent's state, in the order of its commits. Scans the journal of all agents, so use it after a
   * run: an index would make every update of the run several times as expensive.
   */
  stateOfAgent(agentType: AgentType, agentId: string): StateRow[];
  /**
   * Every committed change of one agent's status, in the order of the commits. Scans the history of all agents
   * (about 50 ms for a million entries), so use it after a run.
   */
  statusChangesOf(agentType: AgentType, agentId: string): StatusChangeRow[];
}

/**
 * Writes: each is executed completely or, when it throws, not at all. All throw {@link DatabaseError} when a row that
 * they refer to is missing or they violate a constraint of the schema, {@link DatabaseFullError} when the disk is full.
 * `at` is in ms of the caller's clock; nothing here reads one.
 */
export interface Writes {
  /** Throws when a task of that name exists. */
  newTask(task: { taskName: string; taskType: string }): TaskRow;
  newTaskRun(taskRun: { taskId: string; providerType: string; runDir: string }): TaskRunRow;
  newAssignment(assignment: { taskRunId: string }): AssignmentRow;
  newUnit(unit: { assignmentId: string; unitIndex: number; status: UnitStatus }): UnitRow;
  /** Makes `assignments` assignments with `unitsEach` units each, all in `status`. Returns the assignments' ids. */
  newAssignments(batch: { taskRunId: string; assignments: number; unitsEach: number; status: UnitStatus }): string[];
  /** With `agentId`, only while the unit is that agent's. */
  updateUnit(unitId: string, change: { status: UnitStatus; agentId?: string }): void;
  /**
   * Reserves for a worker the oldest `launched` unit of an assignment on which this worker has had no agent and no
   * unit: the unit becomes `assigned` to the worker. `null` when there is none. Two workers never get the same unit.
   */
  reserveUnit(taskRunId: string, workerId: string): UnitRow | null;
  /** Frees the unit: no agent, no worker, status `launched`. With `agentId`, only while it is that agent's. */
  clearUnitAgent(unitId: string, agentId?: string): void;

  findOrCreateWorker(worker: { workerName: string; providerType: string }): WorkerRow;

  /**
   * A new agent in status `none`; its unit becomes `assigned` to it. Throws when the unit has an agent or is reserved
   * for another worker.
   */
  newAgent(agent: { workerId: string; unitId: string; providerType: string; at: number }): AgentRow;
  /**
   * The hottest write. Returns the status before. Setting the same status again is allowed and adds no entry to the
   * history. With `unlessFinal`, a final status is kept: when a final status is returned, nothing was changed.
   */
  updateAgent(agentId: string, change: { status: AgentStatus; at: number; unlessFinal?: boolean }): AgentStatus;
  /** A new onboarding agent in status `none`. */
  newOnboardingAgent(agent: { workerId: string; taskRunId: string; at: number }): OnboardingAgentRow;
  /** As {@link Writes.updateAgent}, for an onboarding agent. */
  updateOnboardingAgent(
    onboardingAgentId: string,
    change: { status: AgentStatus; at: number; unlessFinal?: boolean },
  ): AgentStatus;
  /**
   * Adds to the journal of an agent's state. `data` is JSON text, encoded by the caller to save time of the single
   * writer.
   */
  appendState(entry: { agentType: AgentType; agentId: string; kind: StateKind; data: string; at: number }): void;

  /** Throws when a qualification of that name exists. */
  newQualification(qualification: { qualificationName: string }): QualificationRow;
  /** Grants a qualification, or changes the value of a granted one. */
  grantQualification(grant: { workerId: string; qualificationId: string; value: number }): void;
  /** Grants a qualification to many workers, and creates those that the provider does not have: all or nothing. */
  grantByName(batch: {
    qualificationId: string;
    providerType: string;
    grants: readonly { workerName: string; value: number }[];
  }): void;
  /** Revokes a qualification. Returns whether the worker had it. */
  revokeQualification(grant: { workerId: string; qualificationId: string }): boolean;
}

export type WriteName = keyof Writes;
export type WriteArgs<K extends WriteName> = Parameters<Writes[K]>;
export type WriteResult<K extends WriteName> = ReturnType<Writes[K]>;
/** One write, by name. */
export type Request<K extends WriteName = WriteName> = readonly [name: K, args: WriteArgs<K>];
