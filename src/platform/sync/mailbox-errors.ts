/** The errors of an append. */
import { bytesOf, encode, type Json } from "./json.js";
import type { Slot } from "./slot.js";

/** There is no room for the message now: the consumer is too slow. Nothing was appended; the producer may retry. */
export class MailboxFullError extends Error {
  override readonly name = "MailboxFullError";

  constructor(
    /** Messages pending when the append was refused. */
    readonly pending: number,
  ) {
    super(`the mailbox is full: ${pending} messages are pending`);
  }
}

/** The message is larger than this mailbox allows. Nothing was appended. */
export class PayloadTooLargeError extends Error {
  override readonly name = "PayloadTooLargeError";

  constructor(
    /** Size of the message's JSON, in bytes. */
    readonly bytes: number,
    /** The most bytes a message of this mailbox can have. */
    readonly limit: number,
  ) {
    super(`the message has ${bytes} bytes of JSON; the limit of this mailbox is ${limit}`);
  }
}

/** Appends to the slot's ring, or throws one of these errors. Returns how many messages were pending before. */
export function pushOrThrow(slot: Slot, value: Json): number {
  const { ring } = slot;
  const message = encode(value);
  const bytes = bytesOf(message, ring.payloadLimit);
  if (bytes > ring.payloadLimit) throw new PayloadTooLargeError(bytes, ring.payloadLimit);
  const pending = ring.push(message, slot.thread);
  if (pending < 0) throw new MailboxFullError(ring.count);
  return pending;
}
