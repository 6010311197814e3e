/** The end of the program. */
import type { Writable } from "node:stream";

/**
 * Ends the program with `process.exitCode`, once its output is written, whatever is still open: the user's modules can leave a timer, a
 * connection or a watcher behind, for which Node would wait without end.
 */
export async function endProcess(): Promise<never> {
  await Promise.all([written(process.stdout), written(process.stderr)]);
  process.exit();
}

/** Resolves when everything before has been written, or cannot be. */
function written(stream: Writable): Promise<void> {
  return new Promise((resolve) => void stream.write("", () => resolve()));
}

/** Ends the program with one line, and the exit code of a failure, for what a user's module throws later, such as in a timer. */
export function endOnUncaught(tell: (error: unknown) => void): void {
  process.on("uncaughtException", (error: unknown) => {
    // Whoever else listens is importing the module, and reports it.
    if (process.listenerCount("uncaughtException") > 1) return;
    tell(error);
    process.exit();
  });
}
