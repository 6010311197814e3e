/** Reading what a peer sent: a value, or one reason. Nothing here throws, whatever the peer sent. */
import type { z } from "zod";
import { kindOf } from "../../../vocabulary/index.js";
import type { Json } from "../../sync/index.js";
import { ID_CHARACTERS, JSON_LEVELS } from "./limits.js";

/** The result of reading a peer's input. `reason` is one line: where, what is wrong, and what would be right. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

export type JsonObject = { readonly [key: string]: Json | undefined };

export function parsed<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

export function malformed(reason: string): Parsed<never> {
  return { ok: false, reason };
}

/** Reads JSON of at most {@link JSON_LEVELS} levels. */
export function parseJson(text: string): Parsed<Json> {
  if (levelsOf(text) > JSON_LEVELS) return malformed(`has more than ${JSON_LEVELS} levels of lists and objects`);
  try {
    return parsed(JSON.parse(text) as Json);
  } catch {
    return malformed(`expected JSON, got ${text === "" ? "nothing" : kindOf(text)}`);
  }
}

/** Reads JSON, and checks it. `T` is what `schema` accepts. */
export function parseAs<T>(text: string, schema: z.ZodType<T>): Parsed<T> {
  const json = parseJson(text);
  return json.ok ? check(json.value, schema) : json;
}

/** Checks a value. */
export function check<T>(value: Json, schema: z.ZodType<T>): Parsed<T> {
  const { success, data, error } = schema.safeParse(value);
  return success ? parsed(data) : malformed(reasonOf(error, value));
}

/** The first thing that is wrong, with its place. */
function reasonOf({ issues }: z.ZodError, value: Json): string {
  const [issue] = issues;
  if (issue === undefined) return "not accepted";
  const { path, message } = issue;
  // A union without a variant for the discriminator's value names the place of the discriminator.
  const place = path.map(String).join(".");
  let got: unknown = value;
  for (const key of path)
    got = typeof got === "object" && got !== null ? (got as Record<PropertyKey, unknown>)[key] : undefined;
  const expected = issue.code === "invalid_type" ? `expected ${issue.expected}` : message;
  const what = `${expected}, got ${got === undefined ? "nothing" : kindOf(got)}`;
  return place === "" ? what : `${place}: ${what}`;
}

export function isJsonObject(value: unknown): value is JsonObject {
  // As a key of its own it would become the prototype of a copy made by assignment.
  return typeof value === "object" && value !== null && !Array.isArray(value) && !Object.hasOwn(value, "__proto__");
}

/** Whether `value` can be an id: non-empty text of bounded length, or a number that JavaScript has not rounded. */
export function isId(value: unknown): value is string | number {
  return typeof value === "string" ? value !== "" && value.length <= ID_CHARACTERS : Number.isSafeInteger(value);
}

/** What {@link isId} expects, for a reason. */
export const ID_EXPECTED = `expected an id as text of 1 to ${ID_CHARACTERS} characters, or a whole number below 2^53`;

const CODES = { quote: 34, backslash: 92, openList: 91, closeList: 93, openObject: 123, closeObject: 125 };

/**
 * The deepest level of lists and objects in the JSON `text`. Encoders and decoders may call themselves for each level.
 */
function levelsOf(text: string): number {
  // Each level takes two characters.
  if (text.length <= 2 * JSON_LEVELS) return 0;
  let level = 0;
  let deepest = 0;
  let isInString = false;
  for (let place = 0; place < text.length; place++) {
    const code = text.charCodeAt(place);
    if (isInString) {
      if (code === CODES.backslash) place++;
      else if (code === CODES.quote) isInString = false;
    } else if (code === CODES.quote) {
      isInString = true;
    } else if (code === CODES.openList || code === CODES.openObject) {
      if (++level > deepest) deepest = level;
    } else if (code === CODES.closeList || code === CODES.closeObject) {
      level--;
    }
  }
  return deepest;
}
