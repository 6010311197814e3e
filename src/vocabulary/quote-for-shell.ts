/** Quotes the arguments of commands that are printed to be copied. */
import { printable, replaceUnprintable } from "./printable.js";

/**
 * `text` as one word of a shell, in quotes when it needs them. Unprintable characters are written in octal within the
 * quotes `$'…'` of bash, ksh and zsh.
 */
export function quoteForShell(text: string): string {
  if (printable(text) !== text) return `$'${replaceUnprintable(text.replaceAll(/[\\']/g, String.raw`\$&`), octal)}'`;
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function octal(character: string): string {
  return [...Buffer.from(character)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
}
