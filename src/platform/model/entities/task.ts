/** A task: the name of the work and its blueprint. */
import type { Database, TaskRow } from "../../db/index.js";
import { found } from "./found.js";

export class Task {
  private constructor(private readonly row: TaskRow) {}

  /** @throws NoSuchRowError when there is no such task */
  static get(db: Database, taskId: string, row?: TaskRow): Task {
    return new Task(row ?? found(db.getTask(taskId), "task", taskId));
  }

  get dbId(): string {
    return this.row.taskId;
  }

  get taskName(): string {
    return this.row.taskName;
  }

  get taskType(): string {
    return this.row.taskType;
  }
}
