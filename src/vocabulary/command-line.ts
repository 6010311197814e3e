/** Commands of this program that are printed to be copied: they begin as the user began. */
import { quoteForShell } from "./quote-for-shell.js";

/**
 * The variable of the environment that says how the program is started, for a wrapper of it. Threads and children
 * inherit it.
 */
export const COMMAND_VARIABLE = "CROWDSTORM_COMMAND";

/**
 * The variable of the environment with the command that starts the same run again, where another program starts this
 * one and its arguments do not last: Mephisto runs a copy of a folder, which it removes.
 */
export const AGAIN_VARIABLE = "CROWDSTORM_AGAIN";

/**
 * How a shell starts this program: `simulate`, `npx simulate`, … The command line sets the variable
 * (`src/cli/shared/name-as-started.ts`). A program that uses the library has the package in its `node_modules`.
 */
export function programName(): string {
  return process.env[COMMAND_VARIABLE] ?? "npx simulate";
}

/** The command with these arguments, in quotes where a shell needs them: `npx simulate replay last`. */
export function commandLine(...words: readonly string[]): string {
  return [programName(), ...words.map(quoteForShell)].join(" ");
}
