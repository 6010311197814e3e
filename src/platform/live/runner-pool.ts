/** The live task runners, in turn. */
import { at } from "../../vocabulary/index.js";
import type { Outbox } from "./inbox.js";
import type { RunnerMessage } from "./messages.js";

export interface RunnerPool {
  /** The number of the runner whose turn it is; undefined when all are dead. */
  next(): number | undefined;
  /** Sends to a runner, unless it is dead. */
  send(runner: number, message: RunnerMessage): void;
  broadcast(message: RunnerMessage): void;
  /** The runner is dead. */
  remove(runner: number): void;
}

export function createRunnerPool(outboxes: readonly Outbox[]): RunnerPool {
  let alive = outboxes.map((_, runner) => runner);
  let launched = 0;
  const send = (runner: number, message: RunnerMessage): void => {
    if (alive.includes(runner)) at(outboxes, runner).send(message);
  };
  return {
    next: () => alive[launched++ % alive.length],
    send,
    broadcast(message) {
      for (const runner of alive) send(runner, message);
    },
    remove(runner) {
      alive = alive.filter((other) => other !== runner);
    },
  };
}
