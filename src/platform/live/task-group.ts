/** The coroutines of one part of a live run. */
import { spawn, type Steps } from "../sync/index.js";

export interface TaskGroup {
  /** Runs `body` as a coroutine of this thread. Its error is always unexpected, and goes to `onFailure`. */
  start(name: string, body: () => Steps<void>): void;
}

/** @param onFailure called for every coroutine that ended with an error */
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
