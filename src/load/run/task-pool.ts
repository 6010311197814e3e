/** Worker threads for tasks of one kind. Its type names no package: it is part of the declarations of this package. */
import type { ResourceLimits } from "node:worker_threads";
import { createPool } from "./pool.js";

export interface TaskPool<Task extends object, Result> {
  /** Executes a task. Rejects when `signal` aborts: the thread of the task is ended. */
  run(task: Task, signal?: AbortSignal): Promise<Result>;
  /** Rejects when a thread fails before it has a task. */
  readonly failed: Promise<never>;
  destroy(): Promise<void>;
}

/** Starts `threads` threads with the default export of the module at the URL `filename`, a function of tasks. */
export function createTaskPool<Task extends object, Result>(
  filename: string,
  threads: number,
  resourceLimits?: ResourceLimits,
): TaskPool<Task, Result> {
  const limits = resourceLimits === undefined ? {} : { resourceLimits };
  const { pool, failed } = createPool({ filename, minThreads: threads, maxThreads: threads, ...limits });
  return {
    run: (task, signal) => pool.run(task, signal === undefined ? {} : { signal }) as Promise<Result>,
    failed,
    destroy: () => pool.destroy(),
  };
}
