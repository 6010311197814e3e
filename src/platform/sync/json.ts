/** JSON values, and their encoding as the text of a message. */

/** What a message can be. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** The JSON of `value`. Throws a TypeError on what is not JSON. */
export function encode(value: Json): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError(`a message must be a JSON value, not ${typeof value}`);
  return text;
}

/** The most bytes of a UTF-16 unit in UTF-8. */
const MAX_BYTES = 3;

/**
 * The length of `text` in UTF-8 if that may exceed `limit`, otherwise an upper bound: to count exactly takes longer.
 */
export function bytesOf(text: string, limit: number): number {
  const most = text.length * MAX_BYTES;
  return most <= limit ? most : Buffer.byteLength(text);
}
