/** What a task run, its assignments and their units have in common: the columns of their task run. */
import type { Database, TaskRunRow } from "../../db/index.js";

export abstract class TaskRunPart<Row extends Omit<TaskRunRow, "runDir">> {
  protected constructor(
    protected readonly db: Database,
    protected readonly row: Row,
  ) {}

  get taskRunId(): string {
    return this.row.taskRunId;
  }

  get taskId(): string {
    return this.row.taskId;
  }

  get taskType(): string {
    return this.row.taskType;
  }

  get providerType(): string {
    return this.row.providerType;
  }
}
