/**
 * The output of the program: all of it is written here, without the passwords of Redis URLs. Also ends the program when
 * the reader closes its output.
 */
import { EXIT, whySystemFailed, printable, withoutPasswords } from "../../vocabulary/index.js";

/** Prints each of `lines` on one line, with unprintable characters escaped. */
export function printLines(...lines: readonly string[]): void {
  printAll(lines);
}

/** As {@link printLines}, for any number of lines: a call has at most some 120,000 arguments. */
export function printAll(lines: readonly string[]): void {
  printText(shownLines(lines));
}

/** As {@link printLines}, on standard error. */
export function logLines(...lines: readonly string[]): void {
  logText(shownLines(lines));
}

/** Prints lines as {@link logLines} does; nothing for a quiet command. */
export function logUnless(isQuiet: boolean): (line: string) => void {
  return isQuiet ? () => undefined : (line) => logLines(line);
}

/** Prints data as indented JSON. */
export function printJson(data: unknown): void {
  // Unprintable characters occur only within strings, where the escapes are valid JSON.
  printAll(JSON.stringify(data, null, 2).split("\n"));
}

/** Prints the text of a renderer, which escapes unprintable characters itself. */
export function printText(text: string): void {
  process.stdout.write(withoutPasswords(text));
}

/** As {@link printText}, on standard error. */
export function logText(text: string): void {
  process.stderr.write(withoutPasswords(text));
}

function shownLines(lines: readonly string[]): string {
  return lines.map((line) => `${printable(line)}\n`).join("");
}

/**
 * Ends the program without a message when the reader closes its output (`| head`), with the exit code of the run when
 * it has one. Ends it with one line when the output cannot be written for another reason.
 */
export function handleClosedStdout(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(process.exitCode ?? EXIT.noReader);
    logLines(`simulate: cannot write the output: ${whySystemFailed(error)}`);
    process.exit(EXIT.failure);
  });
  // A run continues when its progress cannot be shown.
  process.stderr.on("error", () => undefined);
}
