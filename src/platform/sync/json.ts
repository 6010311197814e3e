/** JSON values, and their encoding as the text of a message. */

/** What a message can be. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** The JSON of `value`. Throws a TypeError on what is not JSON. */
export function encode(value: Json): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError(`a message must be a JSON value, not ${typeof value}`);
  return text;
}

/** Bytes that a UTF-16 unit takes in UTF-8 at most. */
const MAX_BYTES = 3;

/** How many bytes the UTF-8 of `text` has if that is near `limit`, and otherwise no more than it can have; counting exactly takes longer. */
export function bytesOf(text: string, limit: number): number {
  const most = text.length * MAX_BYTES;
  return most <= limit ? most : Buffer.byteLength(text);
}
