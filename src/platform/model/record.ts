/**
 * What the database knows of one agent, and the way to it: its row's fixed columns, its status, and the entities it belongs to,
 * each loaded when first asked for. The same for both generations of agents; the two kinds of row are the two classes below.
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

/** What is the same in very many rows, kept once: SQLite makes a new string of each cell, and 100,000 agents wait at once. */
const texts = new Map<string, string>();

function intern<Text extends string>(text: Text): Text {
  const kept = texts.get(text);
  if (kept === undefined) texts.set(text, text);
  // A text is found under itself.
  return (kept as Text | undefined) ?? text;
}

/** `row`, with its texts kept once. */
function withInternedTexts<Row extends AgentRow | OnboardingAgentRow>(row: Row): Row {
  row.status = intern(row.status);
  row.taskType = intern(row.taskType);
  return row;
}

export abstract class AgentRecord {
  abstract readonly agentType: AgentType;
  /** The id of the row, unique among agents of its type. */
  abstract readonly dbId: string;
  /** The id by which everybody else names the agent, unique among all agents. */
  abstract readonly agentId: string;
  #worker: Worker | undefined;
  #taskRun: TaskRun | undefined;
  #task: Task | undefined;

  constructor(
    protected readonly db: Database,
    protected readonly row: Omit<AgentRow | OnboardingAgentRow, "agentId" | "onboardingAgentId">,
  ) {}

  /** The status the row had when the record was made. */
  get initialStatus(): AgentStatus {
    return this.row.status;
  }

  get workerId(): string {
    return this.row.workerId;
  }

  get taskRunId(): string {
    return this.row.taskRunId;
  }

  get taskId(): string {
    return this.row.taskId;
  }

  get taskType(): string {
    return this.row.taskType;
  }

  /** The status in the database now. @throws NoSuchRowError when the row is gone */
  abstract readStatus(): AgentStatus;

  /**
   * Writes the status; over once it is committed. The result is the status that the row had before.
   * @param at when, in ms of the context's clock
   * @param unlessFinal leave the row as it is if its status is final
   */
  abstract writeStatus(status: AgentStatus, at: number, unlessFinal: boolean): Wait<AgentStatus>;

  getWorker(): Worker {
    return (this.#worker ??= Worker.get(this.db, this.workerId));
  }

  getTaskRun(): TaskRun {
    return (this.#taskRun ??= this.nearest()?.getTaskRun() ?? TaskRun.get(this.db, this.taskRunId));
  }

  getTask(): Task {
    return (this.#task ??= (this.nearest() ?? this.#taskRun)?.getTask() ?? Task.get(this.db, this.taskId));
  }

  /** Where to keep what the agent leaves behind. Only its name: it is not made. */
  abstract getDataDir(): string;

  /** The nearest entity already loaded that knows the task run and the task, so that they need not be read again. */
  protected abstract nearest(): Unit | Assignment | undefined;
}

/** The record of an onboarding agent, which is tied to a task run and has no unit. */
export class OnboardingRecord extends AgentRecord {
  readonly agentType = "onboarding";

  private constructor(
    db: Database,
    protected override readonly row: OnboardingAgentRow,
  ) {
    super(db, row);
  }

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
export class UnitAgentRecord extends AgentRecord {
  readonly agentType = "main";
  #unit: Unit | undefined;
  #assignment: Assignment | undefined;

  private constructor(
    db: Database,
    protected override readonly row: AgentRow,
  ) {
    super(db, row);
  }

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

  get unitId(): string {
    return this.row.unitId;
  }

  get assignmentId(): string {
    return this.row.assignmentId;
  }

  get providerType(): string {
    return this.row.providerType;
  }

  readStatus(): AgentStatus {
    return found(this.db.getAgent(this.dbId), "agent", this.dbId).status;
  }

  writeStatus(status: AgentStatus, at: number, unlessFinal: boolean): Wait<AgentStatus> {
    return this.db.write("updateAgent", this.dbId, { status, at, unlessFinal });
  }

  getUnit(): Unit {
    return (this.#unit ??= Unit.get(this.db, this.unitId));
  }

  /** Uses `unit`, which the caller has at hand, instead of loading it. */
  useUnit(unit: Unit): void {
    this.#unit = unit;
  }

  getAssignment(): Assignment {
    return (this.#assignment ??= this.#unit?.getAssignment() ?? Assignment.get(this.db, this.assignmentId));
  }

  getDataDir(): string {
    return join(this.getAssignment().getDataDir(), this.dbId);
  }

  protected nearest(): Unit | Assignment | undefined {
    return this.#unit ?? this.#assignment;
  }
}
