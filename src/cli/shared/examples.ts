/** The examples of `--help`. */

/**
 * For `yargs.epilogue(…)`. The table that yargs makes of examples breaks long commands, which then cannot be copied;
 * here each has a line of its own.
 */
export function examples(...list: readonly (readonly [command: string, what: string])[]): string {
  return ["Examples:", ...list.flatMap(([command, what]) => [`  ${command}`, `      ${what}`])].join("\n");
}
