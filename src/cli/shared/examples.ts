/** The examples of `--help`. */

/**
 * For `yargs.epilogue(…)`. Each command has a line of its own. The table of yargs would break long commands, so that
 * they could not be copied.
 */
export function examples(...list: readonly (readonly [command: string, what: string])[]): string {
  return ["Examples:", ...list.flatMap(([command, what]) => [`  ${command}`, `      ${what}`])].join("\n");
}
