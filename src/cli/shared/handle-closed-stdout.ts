/** Everything that the program prints goes through this file, and what becomes of the program when nobody reads it any more. */
import { EXIT, whySystemFailed, printable } from "../../vocabulary/index.js";

/** Prints each of `lines` on one line, whatever is in it. */
export function printLines(...lines: readonly string[]): void {
  printText(shownLines(lines));
}

/** As {@link printLines}, on standard error. */
export function tellLines(...lines: readonly string[]): void {
  tellText(shownLines(lines));
}

/** Prints data as JSON, laid out for people. */
export function printJson(data: unknown): void {
  // What cannot be shown is within strings, where its escapes are those of JSON.
  printLines(...JSON.stringify(data, null, 2).split("\n"));
}

/** Prints what a renderer has laid out, which has made what it shows printable. */
export function printText(text: string): void {
  process.stdout.write(text);
}

/** As {@link printText}, on standard error. */
export function tellText(text: string): void {
  process.stderr.write(text);
}

function shownLines(lines: readonly string[]): string {
  return lines.map((line) => `${printable(line)}\n`).join("");
}

/**
 * Ends the program without a word when the reader of its output has gone (`| head`), with the verdict of the run if there is
 * one by then; with one line when the output cannot be written.
 */
export function handleClosedStdout(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(process.exitCode ?? EXIT.noReader);
    tellLines(`simulate: cannot write the output: ${whySystemFailed(error)}`);
    process.exit(EXIT.failure);
  });
  // Progress that nobody sees is no reason to end a run.
  process.stderr.on("error", () => undefined);
}
