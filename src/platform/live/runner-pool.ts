/** The task runners as the worker pool sees them: whom to give the next agents to, and who is still there. */
import type { Outbox } from "./inbox.js";
import type { RunnerMessage } from "./messages.js";

export interface RunnerPool {
  /** The number of the runner whose turn it is; undefined when all are lost. */
  next(): number | undefined;
  /** Tells a runner; one that is lost is told nothing. */
  send(runner: number, message: RunnerMessage): void;
  broadcast(message: RunnerMessage): void;
  /** The runner is dead. */
  remove(runner: number): void;
}

export function createRunnerPool(outboxes: readonly Outbox[]): RunnerPool {
  let alive = outboxes.map((_, runner) => runner);
  let launched = 0;
  const tell = (runner: number, message: RunnerMessage): void => {
    if (alive.includes(runner)) outboxes[runner]?.send(message);
  };
  return {
    next: () => alive[launched++ % alive.length],
    send: tell,
    broadcast(message) {
      for (const runner of alive) tell(runner, message);
    },
    remove(runner) {
      alive = alive.filter((other) => other !== runner);
    },
  };
}
