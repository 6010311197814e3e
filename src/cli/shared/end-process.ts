/** The end of the program. */
import type { Writable } from "node:stream";

/**
 * Ends the program with `process.exitCode` when its output is written. Node would wait for the timers, connections and
 * watchers that the user's modules leave open.
 */
export async function endProcess(): Promise<never> {
  await Promise.all([written(process.stdout), written(process.stderr)]);
  process.exit();
}

/** Resolves when all earlier output of the stream is written, or cannot be written. */
function written(stream: Writable): Promise<void> {
  return new Promise((resolve) => void stream.write("", () => resolve()));
}

/** Ends the program when a user's module throws asynchronously, such as in a timer. `report` sets the exit code. */
export function endOnUncaught(report: (error: unknown) => void): void {
  process.on("uncaughtException", (error: unknown) => {
    // Another listener is importing the module, and reports the error.
    if (process.listenerCount("uncaughtException") > 1) return;
    report(error);
    process.exit();
  });
}
