/** One piece of work of a task run, done by as many workers as it has units. */
import { join } from "node:path";
import type { AssignmentRow, Database } from "../../db/index.js";
import { found } from "./found.js";
import type { Task } from "./task.js";
import { TaskRun } from "./task-run.js";
import { TaskRunPart } from "./task-run-part.js";

export class Assignment extends TaskRunPart<AssignmentRow> {
  #taskRun: TaskRun | undefined;

  /** @throws NoSuchRowError when there is no such assignment */
  static get(db: Database, assignmentId: string, row?: AssignmentRow): Assignment {
    return new Assignment(db, row ?? found(db.getAssignment(assignmentId), "assignment", assignmentId));
  }

  get dbId(): string {
    return this.row.assignmentId;
  }

  /** Loaded when first asked for. */
  getTaskRun(): TaskRun {
    return (this.#taskRun ??= TaskRun.get(this.db, this.row.taskRunId));
  }

  getTask(): Task {
    return this.getTaskRun().getTask();
  }

  /** The directory for the data of this assignment, in the directory of the run. Does not create it. */
  getDataDir(): string {
    return join(this.getTaskRun().getRunDir(), this.dbId);
  }
}
