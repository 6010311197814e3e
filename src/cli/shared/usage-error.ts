/** The errors of a command that was asked for something it cannot do. */

/** Wrong usage: the message is one clear line; the program prints it and exits with 2. */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
}

/** A port that cannot be had; the message is one line. */
export class PortError extends Error {
  override readonly name = "PortError";
}
