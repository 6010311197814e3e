/** The capabilities of the terminal. */

/** The width of output that does not go to a terminal. */
const PLAIN_WIDTH = 100;

/** Whether output to `stream` is coloured (no-color.org: an empty NO_COLOR has no effect). */
export function colored(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";
}

/** How renderers lay out what goes to `stream`. */
export function lookOf(stream: NodeJS.WriteStream): { readonly color: boolean; readonly width: number } {
  return { color: colored(stream), width: widthOf(stream) };
}

/** Whether lines of `stream` can be redrawn in place, which a CI log does not allow. */
export function redraws(stream: NodeJS.WriteStream): boolean {
  const ci = process.env["CI"] ?? "";
  return stream.isTTY && (ci === "" || ci === "false") && process.env["TERM"] !== "dumb";
}

/** The width of `stream`. A terminal of unknown size has 0 columns. */
export function widthOf(stream: NodeJS.WriteStream): number {
  return (stream.isTTY ? stream.columns : 0) || PLAIN_WIDTH;
}
