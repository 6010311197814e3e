/** Texts of an attacker, and the check that an output shows them escaped. */
import assert from "node:assert/strict";
import fc from "fast-check";

const TOKENS = [
  "\n",
  "\r\n::error::injected",
  " ::set-output name=a::b",
  "##[error]x",
  "##vso[task.complete]",
  "\u001b[2J",
  "\u001b]0;title\u0007",
  "\u009b31m",
  "\u0085",
  "\u2028",
  "\u2029",
  "\u202eevil\u202c",
  "\u2066",
  "\u061c",
  "\u007f",
  "\u0000",
  "\ufeff",
  "\uffff",
  "\ud800",
  "|",
  "\\|",
  "\\\\|",
  "`",
  "``",
  "<script>alert(1)</script>",
  "<!--",
  "]]>",
  "&amp;",
  '"',
  "'",
  "\\",
  "$(touch x)",
  "\t",
  "  ",
  "[a](b)",
  "*b*",
];

/** Names of every kind, many of them hostile. */
export const hostile = fc
  .array(fc.oneof(fc.string({ unit: "binary", maxLength: 6 }), fc.constantFrom(...TOKENS)), { maxLength: 6 })
  .map((parts) => parts.join(""));

/** One text with all tokens, without the characters that no command line or file can contain. */
export const ALL_OF_IT = TOKENS.filter((token) => !/[\0\ud800\uffff]/.test(token)).join("a");

/** The characters that a terminal or a log viewer would interpret. A line break only ends a line of the layout. */
const RAW =
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\uffff]|\p{Surrogate}/u;

/** Fails when printed text has a raw control character, or a line that is a command for CI. */
export function assertShown(text: string): void {
  const raw = RAW.exec(text);
  assert.ok(
    raw === null,
    `${JSON.stringify(raw?.[0])} in ${JSON.stringify(text.slice(Math.max(0, (raw?.index ?? 0) - 40)))}`,
  );
  for (const line of text.split("\n")) assert.doesNotMatch(line, /^\s*::|##\w*\[/);
}
