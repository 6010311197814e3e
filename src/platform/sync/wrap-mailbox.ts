/** A mailbox seen through something that notes, delays or changes what is done with it, and is otherwise the mailbox itself. */
import type { Signal } from "./event.js";
import type { Json } from "./json.js";
import type { Absence, Mailbox, Message } from "./mailbox.js";
import type { Steps } from "./steps.js";

/** What can be done with a mailbox; the rest is looking. */
type MailboxActions = Pick<Mailbox, "append" | "takeMessage" | "waitForChangeSteps" | "release" | "shutdown">;

/**
 * The mailbox `inner`. To be extended where many are wrapped: a generator that is a closure has a prototype of its own, and each wait
 * through it then misses the engine's caches.
 */
export class WrappedMailbox implements Mailbox {
  constructor(protected readonly inner: Mailbox) {}

  get signal(): Signal {
    return this.inner.signal;
  }

  get isShutdown(): boolean {
    return this.inner.isShutdown;
  }

  get size(): number {
    return this.inner.size;
  }

  get payloadLimit(): number {
    return this.inner.payloadLimit;
  }

  isEmpty(): boolean {
    return this.inner.isEmpty();
  }

  append(value: Json): void {
    this.inner.append(value);
  }

  take(): Json | undefined {
    return this.takeMessage()?.value;
  }

  takeMessage(): Message | undefined {
    return this.inner.takeMessage();
  }

  waitForChangeSteps(timeoutMs: number, worker: Absence): Steps<void> {
    return this.inner.waitForChangeSteps(timeoutMs, worker);
  }

  release(): void {
    this.inner.release();
  }

  shutdown(): void {
    this.inner.shutdown();
  }
}

/** `mailbox`, with `instead` in the place of what it names. */
export function wrapMailbox(mailbox: Mailbox, instead: Partial<MailboxActions>): Mailbox {
  return Object.assign(new WrappedMailbox(mailbox), instead);
}
