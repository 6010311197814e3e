#!/usr/bin/env node
/**
 * The entry of `simulate`. It has no imports of its own: where the files of the program cannot be loaded, such as under a low limit of
 * open files, this file reports it in one line.
 */
try {
  await import("./simulate.js");
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  const advice = code === "EMFILE" ? "; raise the limit of open files (ulimit -n)" : "";
  process.stderr.write(`simulate: the program cannot be loaded: ${message.replaceAll("\n", " ")}${advice}\n`);
  process.exitCode = 1;
}
