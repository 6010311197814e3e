/** What the terminal that is written to can show. */

/** Columns of what is not printed to a terminal. */
const PLAIN_WIDTH = 100;

/** Whether to colour what goes to `stream` (no-color.org: an empty NO_COLOR says nothing). */
export function colored(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";
}

/** Whether lines that `stream` has shown can be redrawn in place: not in the log of a CI. */
export function redraws(stream: NodeJS.WriteStream): boolean {
  const ci = process.env["CI"] ?? "";
  return stream.isTTY && (ci === "" || ci === "false") && process.env["TERM"] !== "dumb";
}

/** Columns of `stream`. A terminal that does not know its size says 0. */
export function widthOf(stream: NodeJS.WriteStream): number {
  return (stream.isTTY ? stream.columns : 0) || PLAIN_WIDTH;
}
