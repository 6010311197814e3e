/** One launch of a task with one crowd provider. */
import type { Database, TaskRunRow } from "../../db/index.js";
import { found } from "./found.js";
import { Task } from "./task.js";
import { TaskRunPart } from "./task-run-part.js";

export class TaskRun extends TaskRunPart<TaskRunRow> {
  #task: Task | undefined;

  /** @throws NoSuchRowError when there is no such task run */
  static get(db: Database, taskRunId: string, row?: TaskRunRow): TaskRun {
    return new TaskRun(db, row ?? found(db.getTaskRun(taskRunId), "task run", taskRunId));
  }

  get dbId(): string {
    return this.row.taskRunId;
  }

  /** Loaded when first asked for. */
  getTask(): Task {
    return (this.#task ??= Task.get(this.db, this.row.taskId));
  }

  /** The directory for the data of this run. Does not create it. */
  getRunDir(): string {
    return this.row.runDir;
  }
}
