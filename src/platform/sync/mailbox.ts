/**
 * A mailbox: an agent's pending actions and the event that announces them, in shared memory.
 *
 * Two implementations of one interface. Used by a single thread they behave the same, as the recorded results of the
 * original's classes verify; used by several threads they differ:
 *
 * - `reference` performs the original's steps in the original's order, with the resulting races (docs/races.md);
 * - `sound`, the default, has no such races: no interleaving loses or invents a wake-up.
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

/** Whether the worker that a consumer waits for is absent. */
export interface Absence {
  /** May read a row of the database. */
  isAbsent(): boolean;
}

/** For a mailbox whose producers are never absent. */
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
  /**
   * The announcing event, as other threads see it: the original's `has_live_update` (packet generation: `has_action`).
   *
   * A wait on it checks the flag when it wakes. In a `sound` mailbox, where pending messages set the flag, it waits on,
   * and may return false, if the consumer has taken the message by then: unlike a wait on an event, it does not report
   * that the flag was set meanwhile.
   */
  readonly signal: Signal;
  /** Whether {@link shutdown} was called: the original's `is_shutdown`. */
  readonly isShutdown: boolean;
  /** How many messages are pending. */
  readonly size: number;
  /** The most bytes the JSON of a message can have. */
  readonly payloadLimit: number;
  isEmpty(): boolean;
  /**
   * Appends a message and announces it.
   * @throws {@link MailboxFullError} when there is no room, {@link PayloadTooLargeError} when there never can be, and
   * a TypeError on a value that is not JSON. Nothing was appended then.
   */
  append(value: Json): void;
  /**
   * Takes the oldest message, or returns undefined. Taking the last one clears the signal. Only the consumer calls
   * this.
   */
  take(): Json | undefined;
  /** As {@link take}, with the JSON of the message, so that the caller need not encode it again. */
  takeMessage(): Message | undefined;
  /**
   * Waits until there is a change for the consumer, or `timeoutMs` (ms) passed. The consumer then checks what has
   * changed: a message, shutdown, or an absent worker.
   */
  waitForChangeSteps(timeoutMs: number, worker: Absence): Steps<void>;
  /** Wakes the consumer because the agent's new status frees pending acts (disconnect, returned, timeout). */
  release(): void;
  /** Marks the mailbox shut down and wakes the consumer. */
  shutdown(): void;
}
