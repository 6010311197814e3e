/** The coroutines that a part of a live run starts, and what becomes of those that fail. */
import { spawn, type Steps } from "../sync/index.js";

export interface TaskGroup {
  /** Runs `body` as a coroutine of this thread. An error it ends with is unexpected by definition and goes to `onFailure`. */
  start(name: string, body: () => Steps<void>): void;
}

/** `onFailure` learns of every coroutine that ended with an error. */
export function createTaskGroup(onFailure: (name: string, error: unknown) => void): TaskGroup {
  return {
    start: (name, body) =>
      spawn(
        body(),
        () => undefined,
        (error) => onFailure(name, error),
      ),
  };
}
