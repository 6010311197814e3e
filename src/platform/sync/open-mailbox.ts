/** Opens the mailbox of a slot, and waits for changes of it outside Steps. */
import { MAILBOX_KINDS, neverAbsent, type Mailbox, type MailboxKind } from "./mailbox.js";
import { ReferenceMailbox } from "./reference-mailbox.js";
import type { Slot } from "./slot.js";
import { SoundMailbox } from "./sound-mailbox.js";
import { block, suspend } from "./steps.js";

/**
 * The mailbox of `slot`. Every thread opens its own handle; all handles on a slot must be of one kind.
 * @throws TypeError on an unknown kind
 */
export function openMailbox(slot: Slot, kind: MailboxKind = "sound"): Mailbox {
  if (!MAILBOX_KINDS.includes(kind)) throw new TypeError(`a mailbox is ${MAILBOX_KINDS.join(" or ")}, not "${kind}"`);
  return kind === "sound" ? new SoundMailbox(slot) : new ReferenceMailbox(slot);
}

/** {@link Mailbox.waitForChangeSteps} with the thread blocked, for use outside Steps. */
export function waitForChange(mailbox: Mailbox, timeoutMs = Infinity): void {
  block(mailbox.waitForChangeSteps(timeoutMs, neverAbsent));
}

/** {@link waitForChange} without blocking. */
export function waitForChangeAsync(mailbox: Mailbox, timeoutMs = Infinity): Promise<void> {
  return suspend(mailbox.waitForChangeSteps(timeoutMs, neverAbsent));
}
