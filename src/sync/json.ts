/** JSON values, and their encoding into the bytes of a ring: once, into a scratch buffer of this thread. */

/** What a message can be. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

let scratch = Buffer.allocUnsafeSlow(4096);

/** UTF-8 of `value` as JSON, valid until the next call in this thread. Throws a TypeError on what is not JSON. */
export function encode(value: Json): Buffer {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError(`a message must be a JSON value, not ${typeof value}`);
  // Up to three bytes a UTF-16 unit; counting exactly is only worth it when that might not fit.
  if (text.length * 3 > scratch.length) {
    const bytes = Buffer.byteLength(text);
    if (bytes > scratch.length) scratch = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(bytes)));
  }
  return scratch.subarray(0, scratch.write(text, "utf8"));
}

/** The value whose JSON lies in `bytes` from `start` to `end`. */
export function decode(bytes: Buffer, start: number, end: number): Json {
  return JSON.parse(bytes.toString("utf8", start, end)) as Json;
}
