/** Messages between machines as bytes: JSON, compressed. */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { z } from "zod";
import { firstIssue } from "../../../results/index.js";

/** The most bytes of a message that is not compressed: the report of about 250,000 workers. */
const MAX_MESSAGE_BYTES = 1 << 28;

/** Bytes from another machine are no message. The message is a clause. */
export class MessageError extends Error {
  override readonly name = "MessageError";
}

export function encodeMessage(message: unknown): Buffer {
  return deflateRawSync(JSON.stringify(message));
}

/** @throws {MessageError} when the bytes are not one of `schema`'s messages */
export function decodeMessage<T>(bytes: Uint8Array, schema: z.ZodType<T>): T {
  let data: unknown;
  try {
    data = JSON.parse(inflateRawSync(bytes, { maxOutputLength: MAX_MESSAGE_BYTES }).toString("utf8"));
  } catch (error) {
    const isTooLong = (error as { readonly code?: string }).code === "ERR_BUFFER_TOO_LARGE";
    const what = isTooLong ? "more than a message may have" : "something that is not a message";
    throw new MessageError(`it sent ${what}`, { cause: error });
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new MessageError(`it sent a message of another form: ${firstIssue(parsed.error)}`, { cause: parsed.error });
}
