/** Worker threads for tasks of one kind. Its type names no package: it is part of the declarations of this package. */
import { createPool } from "./pool.js";

export interface TaskPool {
  /** Executes a task. Rejects when `signal` aborts: the thread of the task is ended. */
  run(task: object, signal: AbortSignal): Promise<unknown>;
  /** Rejects when a thread fails before it has a task. */
  readonly failed: Promise<never>;
  destroy(): Promise<void>;
}

/** Starts `threads` threads with the default export of the module at the URL `filename`. */
export function createTaskPool(filename: string, threads: number): TaskPool {
  const { pool, failed } = createPool({ filename, minThreads: threads, maxThreads: threads });
  return {
    run: (task, signal) => pool.run(task, { signal }),
    failed,
    destroy: () => pool.destroy(),
  };
}
