#!/usr/bin/env node
/**
 * The entry point of `simulate`. It imports nothing statically: when the program cannot be loaded, such as under a low
 * limit of open files, it reports the reason in one line.
 */
try {
  await import("./simulate.js");
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  const advice = code === "EMFILE" ? "; raise the limit of open files (ulimit -n)" : "";
  process.stderr.write(`simulate: cannot load the program: ${message.replaceAll("\n", " ")}${advice}\n`);
  process.exitCode = 1;
}
