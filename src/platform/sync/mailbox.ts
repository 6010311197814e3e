/**
 * A mailbox: an agent's pending actions and the event that announces them, in shared memory.
 *
 * Two implementations behind one interface. Run by a single thread they do the same, which is what the recorded outcomes
 * of the seed's classes check; run by several they differ:
 *
 * - `reference` performs the seed's steps in the seed's order, with the races that follow from it (docs/races.md);
 * - `sound`, the default, is free of them: no interleaving loses or invents a wake-up.
 */
import type { Signal } from "./event.js";
import type { Json } from "./json.js";
import type { Steps } from "./steps.js";

export type MailboxKind = "sound" | "reference";
export const MAILBOX_KINDS: readonly MailboxKind[] = ["sound", "reference"];

/** A message as it was taken. */
export interface Message {
  readonly value: Json;
  /** The JSON of `value`, as its producer encoded it. */
  readonly text: string;
}

/** Tells a consumer whether the worker it waits for is gone. */
export interface Absence {
  /** May read a row. */
  isAbsent(): boolean;
}

/** For a mailbox whose producers do not go. */
export const neverAbsent: Absence = { isAbsent: () => false };

/**
 * Several producers, one consumer. Messages of one producer arrive in the order in which it appended them.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Arena, openMailbox } from "crowdstorm";
 *
 * const mailbox = openMailbox(Arena.create({ slots: 1 }).allocate());
 * mailbox.append({ text: "first" });
 * mailbox.append({ text: "second" });
 * assert.deepEqual(mailbox.take(), { text: "first" });
 * assert.equal(mailbox.size, 1);
 * ```
 */
export interface Mailbox {
  /** The announcing event, as others see it: the seed's `has_live_update` (packet generation: `has_action`). */
  readonly signal: Signal;
  /** Whether {@link shutdown} was called: the seed's `is_shutdown`. */
  readonly isShutdown: boolean;
  /** How many messages are pending. */
  readonly size: number;
  /** The most bytes the JSON of a message can have. */
  readonly payloadLimit: number;
  isEmpty(): boolean;
  /**
   * Appends a message and announces it.
   * @throws {@link MailboxFullError} when there is no room, {@link PayloadTooLargeError} when there never can be; nothing
   * was appended then. A TypeError on what is not JSON.
   */
  append(value: Json): void;
  /** Takes the oldest message, or returns undefined. Taking the last one lowers the signal. Only the consumer calls this. */
  take(): Json | undefined;
  /** As {@link take}, with the JSON that the message came as, for whoever would otherwise encode it again. */
  takeMessage(): Message | undefined;
  /**
   * Waits until there is something to tell the consumer, or `timeoutMs` (ms) passed. What that is, it then finds out by
   * looking: a message, shutdown, a worker who is gone.
   */
  waitForChangeSteps(timeoutMs: number, worker: Absence): Steps<void>;
  /** Wakes the consumer because the agent's new status frees pending acts (disconnect, returned, timeout). */
  release(): void;
  /** Marks the mailbox shut down and wakes the consumer. */
  shutdown(): void;
}
