/** What becomes of the program when nobody reads its output any more. */
import { EXIT, whySystemFailed } from "../vocabulary/index.js";

/**
 * Ends the program without a word when the reader of its output has gone (`| head`), with the verdict of the run if there is
 * one by then; with one line when the output cannot be written.
 */
export function survivesItsReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(process.exitCode ?? EXIT.noReader);
    process.stderr.write(`simulate: cannot write the output: ${whySystemFailed(error)}\n`);
    process.exit(EXIT.failure);
  });
  // Progress that nobody sees is no reason to end a run.
  process.stderr.on("error", () => undefined);
}
