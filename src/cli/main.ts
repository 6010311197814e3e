#!/usr/bin/env node
/**
 * The entry point of `simulate`. It imports nothing of the program statically: when the program cannot be loaded, such
 * as under a low limit of open files, it reports the reason in one line.
 */
import { existsSync } from "node:fs";

/** The program in few files (scripts/bundle-program.js). A copy of the build without them runs the modules. */
const BUNDLED = new URL("../bundle/simulate.js", import.meta.url);

try {
  await import(existsSync(BUNDLED) ? BUNDLED.href : "./simulate.js");
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  const advice = code === "EMFILE" ? "; raise the limit of open files (ulimit -n)" : "";
  process.stderr.write(`simulate: cannot load the program: ${message.replaceAll("\n", " ")}${advice}\n`);
  process.exitCode = 1;
}
