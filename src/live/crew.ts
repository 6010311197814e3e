/** The coroutines that a part of a live run has started: how many are running, and what became of those that failed. */
import { spawn, type Steps } from "../sync/index.js";

export interface Crew {
  /** Runs `body` as a coroutine of this thread. An error it ends with is unexpected by definition and goes to `onFailure`. */
  start(name: string, body: () => Steps<void>): void;
  /** How many are running. */
  readonly running: number;
}

/** `onFailure` learns of every coroutine that ended with an error. */
export function createCrew(onFailure: (name: string, error: unknown) => void): Crew {
  let running = 0;
  return {
    start(name, body) {
      running++;
      spawn(
        body(),
        () => {
          running--;
        },
        (error) => {
          running--;
          onFailure(name, error);
        },
      );
    },
    get running() {
      return running;
    },
  };
}
