/** What becomes of the program when nobody reads its output any more. */

/** As the shell counts a program that SIGPIPE ended. */
const EXIT_NO_READER = 141;

/**
 * Ends the program without a word when the reader of its output has gone (`| head`), with the verdict of the run if there is
 * one by then; with one line when the output cannot be written.
 */
export function survivesItsReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(process.exitCode ?? EXIT_NO_READER);
    process.stderr.write(
      `simulate: cannot write the output: ${error.code === "ENOSPC" ? "the disk is full" : error.message}\n`,
    );
    process.exit(1);
  });
  // Progress that nobody sees is no reason to end a run.
  process.stderr.on("error", () => undefined);
}
