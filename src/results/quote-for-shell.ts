/** Commands that are printed to be copied. */
import { printable, replaceUnprintable } from "../vocabulary/index.js";

/**
 * `text` as one word of a shell: in quotes where it needs them. What cannot be shown is written in octal, in the quotes `$'…'`
 * that bash, ksh and zsh read.
 */
export function quoteForShell(text: string): string {
  if (printable(text) !== text) return `$'${replaceUnprintable(text.replaceAll(/[\\']/g, String.raw`\$&`), octal)}'`;
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function octal(character: string): string {
  return [...Buffer.from(character)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
}
