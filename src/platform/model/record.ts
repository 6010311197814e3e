/**
 * The data of one agent in the database: the fixed columns of its row, its status, and the entities it belongs to, each loaded when
 * first asked for. The same for both generations of agents; there is one class for each of the two kinds of row.
 */
import { join } from "node:path";
import type { AgentRow, AgentType, Database, OnboardingAgentRow } from "../db/index.js";
import type { AgentStatus } from "../../vocabulary/index.js";
import type { Wait } from "../sync/index.js";
import { Assignment } from "./entities/assignment.js";
import { found } from "./entities/found.js";
import { Task } from "./entities/task.js";
import { TaskRun } from "./entities/task-run.js";
import { Unit } from "./entities/unit.js";
import { Worker } from "./entities/worker.js";
import { DISPLAY_PREFIX } from "./onboarding-id.js";

/** Strings that are equal in very many rows, kept once: SQLite makes a new string for each cell, and there are 100,000 agents. */
const texts = new Map<string, string>();

function intern<Text extends string>(text: Text): Text {
  // Each text is its own key.
  const kept = texts.get(text) as Text | undefined;
  if (kept === undefined) texts.set(text, text);
  return kept ?? text;
}

/** Replaces the texts of `row` by the ones that are kept. */
function withInternedTexts<Row extends AgentRow | OnboardingAgentRow>(row: Row): Row {
  row.status = intern(row.status);
  row.taskType = intern(row.taskType);
  return row;
}

export abstract class AgentRecord<Row extends AgentRow | OnboardingAgentRow = AgentRow | OnboardingAgentRow> {
  abstract readonly agentType: AgentType;
  /** The id of the row, unique among agents of its type. */
  abstract readonly dbId: string;
  /** The id that everything else uses for the agent, unique among all agents. */
  abstract readonly agentId: string;
  #worker: Worker | undefined;
  #taskRun: TaskRun | undefined;
  #task: Task | undefined;

  /** @param row the row as it was when the record was made */
  protected constructor(
    protected readonly db: Database,
    readonly row: Row,
  ) {}

  /** The status in the database now. @throws NoSuchRowError when the row is gone */
  abstract readStatus(): AgentStatus;

  /**
   * Writes the status; ends when it is committed. The result is the status that the row had before.
   * @param at when, in ms of the context's clock
   * @param unlessFinal do not change the row if its status is final
   */
  abstract writeStatus(status: AgentStatus, at: number, unlessFinal: boolean): Wait<AgentStatus>;

  getWorker(): Worker {
    return (this.#worker ??= Worker.get(this.db, this.row.workerId));
  }

  getTaskRun(): TaskRun {
    return (this.#taskRun ??= this.nearest()?.getTaskRun() ?? TaskRun.get(this.db, this.row.taskRunId));
  }

  getTask(): Task {
    return (this.#task ??= (this.nearest() ?? this.#taskRun)?.getTask() ?? Task.get(this.db, this.row.taskId));
  }

  /** The directory for the state of the agent. Does not create it. */
  abstract getDataDir(): string;

  /** A loaded entity from which the task run and the task can be reached without another read. */
  protected abstract nearest(): Unit | Assignment | undefined;
}

/** The record of an onboarding agent, which is tied to a task run and has no unit. */
export class OnboardingRecord extends AgentRecord<OnboardingAgentRow> {
  readonly agentType = "onboarding";

  /** @throws NoSuchRowError when there is no such onboarding agent */
  static load(db: Database, dbId: string, row?: OnboardingAgentRow): OnboardingRecord {
    return new OnboardingRecord(
      db,
      withInternedTexts(row ?? found(db.getOnboardingAgent(dbId), "onboarding agent", dbId)),
    );
  }

  get dbId(): string {
    return this.row.onboardingAgentId;
  }

  get agentId(): string {
    return `${DISPLAY_PREFIX}${this.dbId}`;
  }

  readStatus(): AgentStatus {
    return found(this.db.getOnboardingAgent(this.dbId), "onboarding agent", this.dbId).status;
  }

  writeStatus(status: AgentStatus, at: number, unlessFinal: boolean): Wait<AgentStatus> {
    return this.db.write("updateOnboardingAgent", this.dbId, { status, at, unlessFinal });
  }

  getDataDir(): string {
    return join(this.getTaskRun().getRunDir(), "onboarding", this.agentId);
  }

  protected nearest(): undefined {
    return undefined;
  }
}

/** The record of an agent that works on a unit. */
export class UnitAgentRecord extends AgentRecord<AgentRow> {
  readonly agentType = "main";
  #unit: Unit | undefined;
  #assignment: Assignment | undefined;

  /** @throws NoSuchRowError when there is no such agent */
  static load(db: Database, dbId: string, row?: AgentRow): UnitAgentRecord {
    const own = withInternedTexts(row ?? found(db.getAgent(dbId), "agent", dbId));
    own.providerType = intern(own.providerType);
    return new UnitAgentRecord(db, own);
  }

  get dbId(): string {
    return this.row.agentId;
  }

  get agentId(): string {
    return this.row.agentId;
  }

  readStatus(): AgentStatus {
    return found(this.db.getAgent(this.dbId), "agent", this.dbId).status;
  }

  writeStatus(status: AgentStatus, at: number, unlessFinal: boolean): Wait<AgentStatus> {
    return this.db.write("updateAgent", this.dbId, { status, at, unlessFinal });
  }

  getUnit(): Unit {
    return (this.#unit ??= Unit.get(this.db, this.row.unitId));
  }

  /** Uses `unit` instead of loading it. */
  useUnit(unit: Unit): void {
    this.#unit = unit;
  }

  getAssignment(): Assignment {
    return (this.#assignment ??= this.#unit?.getAssignment() ?? Assignment.get(this.db, this.row.assignmentId));
  }

  getDataDir(): string {
    return join(this.getAssignment().getDataDir(), this.dbId);
  }

  protected nearest(): Unit | Assignment | undefined {
    return this.#unit ?? this.#assignment;
  }
}
