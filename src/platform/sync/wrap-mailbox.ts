/** A mailbox whose operations another one records, delays or changes. */
import type { Signal } from "./event.js";
import type { Json } from "./json.js";
import type { Absence, Mailbox, Message } from "./mailbox.js";
import type { Steps } from "./steps.js";

/** The operations that change a mailbox or wait for it. */
type MailboxActions = Pick<Mailbox, "append" | "takeMessage" | "waitForChangeSteps" | "release" | "shutdown">;

/**
 * Forwards to the mailbox `inner`. Extend it where many mailboxes are wrapped: a generator that is a closure has its
 * own prototype, so each wait through it misses V8's inline caches.
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

/** `mailbox`, with the operations of `instead` in place of its own. */
export function wrapMailbox(mailbox: Mailbox, instead: Partial<MailboxActions>): Mailbox {
  return Object.assign(new WrappedMailbox(mailbox), instead);
}
