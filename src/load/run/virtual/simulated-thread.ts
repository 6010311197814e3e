/**
 * A thread of the simulated machine: the coroutines of one role. A fault can pause it and kill it between two turns, as
 * it can a real thread. Only runs whose plan has faults use it: it costs time at every wait.
 */
import { createTaskGroup, type TaskGroup } from "../../../platform/live/index.js";
import {
  suspendedWait,
  wrapMailbox,
  type Mailbox,
  type Steps,
  type Wait,
  type Waiter,
} from "../../../platform/sync/index.js";

export class SimulatedThread {
  #isDead = false;
  #pauses = 0;
  /** What the thread has to do once it is not paused any more. */
  #held: (() => void)[] = [];

  get isDead(): boolean {
    return this.#isDead;
  }

  /** Pauses it until it has been resumed as often as it was paused. */
  pause(): void {
    this.#pauses++;
  }

  resume(): void {
    this.#pauses--;
    for (const action of this.#held.splice(0)) this.#run(action);
  }

  /** From now on none of its coroutines continues, and nothing that it sends arrives. */
  kill(): void {
    this.#isDead = true;
    this.#held = [];
  }

  /** A task group whose coroutines are those of this thread. */
  taskGroup(onFailure: (name: string, error: unknown) => void): TaskGroup {
    const group = createTaskGroup(onFailure);
    return { start: (name, body) => group.start(name, () => this.#steps(body())) };
  }

  /** `inbox` as this thread sees it: what the thread would still have sent is dropped after its death. */
  inbox(inbox: Mailbox): Mailbox {
    return wrapMailbox(inbox, {
      append: (message) => {
        if (!this.#isDead) inbox.append(message);
      },
    });
  }

  /** `steps`, which continue after a wait only while the thread runs. */
  *#steps(steps: Steps<void>): Steps<void> {
    let next = steps.next();
    while (!next.done) {
      let value: unknown;
      try {
        value = yield this.#wait(next.value);
      } catch (error) {
        next = steps.throw(error);
        continue;
      }
      next = steps.next(value);
    }
  }

  #wait(inner: Wait<unknown>): Wait<unknown> {
    return suspendedWait((waiter: Waiter<unknown>) =>
      inner.start({
        resume: (value) => this.#run(() => waiter.resume(value)),
        fail: (error) => this.#run(() => waiter.fail(error)),
      }),
    );
  }

  /** Does `action` now, or when the thread is resumed; never if it is dead. */
  #run(action: () => void): void {
    if (this.#isDead) return;
    if (this.#pauses > 0) this.#held.push(action);
    else action();
  }
}
