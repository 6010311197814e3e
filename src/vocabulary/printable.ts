/**
 * Escapes text from outside, such as a key of a file or the name of a thread, for output. The result is on one line and
 * has no character that a terminal, a browser or the log of a CI interprets. Escaping is idempotent.
 */

/** Bidirectional controls, separators of lines and paragraphs, the byte order mark. */
const FORMATTING = String.raw`\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff`;
/** Also control characters, unpaired surrogates, and noncharacters, which are invalid in XML and HTML. */
const CHARACTERS = String.raw`[\p{Cc}\p{Noncharacter_Code_Point}\p{Surrogate}${FORMATTING}]`;
/** The first character of a CI command: `##[error]`, `##vso[…]`, `::error::` at a line's start or after a space. */
const COMMANDS = String.raw`(?<!\S):(?=:)|#(?=#\w*\[)`;
const UNPRINTABLE = new RegExp(`${CHARACTERS}|${COMMANDS}`, "gu");

/** Replaces each unprintable character. */
export function replaceUnprintable(text: string, replace: (character: string) => string): string {
  return text.replace(UNPRINTABLE, replace);
}

const SHORT: ReadonlyMap<string, string> = new Map([
  ["\n", String.raw`\n`],
  ["\r", String.raw`\r`],
  ["\t", String.raw`\t`],
]);

/** `text` with each unprintable character as an escape: `\n`, `\u001b`. */
export function printable(text: string): string {
  return replaceUnprintable(text, (character) => SHORT.get(character) ?? character.split("").map(escapeUnit).join(""));
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** A copy of plain data in which every text, keys included, is {@link printable}. */
export function printableData<Data>(data: Data): Data {
  return copyOf(data) as Data;
}

function copyOf(data: unknown): unknown {
  if (typeof data === "string") return printable(data);
  if (Array.isArray(data)) return data.map(copyOf);
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [printable(key), copyOf(value)]));
}

/** The part of a Redis URL before its host, up to the last `@` of the word: a password can contain one. */
const CREDENTIALS = /\b(rediss?:\/\/)[^\s]*@/gi;

/** `text` in which the user name and the password of each Redis URL are `***`: `redis://***@host:6379`. */
export function withoutPasswords(text: string): string {
  return text.replace(CREDENTIALS, "$1***@");
}
