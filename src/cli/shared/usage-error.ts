/** The errors of the command line. */

/** Wrong usage. The message is one line; the program prints it and exits with 2. */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
}

/** The error of an invalid value: `invalid value "x" for --mailbox: expected "sound" or "reference"`. */
export function invalidValue(what: string, given: string, expected: string): UsageError {
  return new UsageError(`invalid value "${given}" for ${what}: expected ${expected}`);
}

/** `"sound" or "reference"`; `"bash", "zsh" or "fish"`. */
export function oneOf(names: readonly string[]): string {
  const quoted = names.map((name) => `"${name}"`);
  return [quoted.slice(0, -1).join(", "), ...quoted.slice(-1)].filter((part) => part !== "").join(" or ");
}

/** A port that is not available. The message is one line. */
export class PortError extends Error {
  override readonly name = "PortError";
}
