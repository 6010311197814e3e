/** A threshold that cannot be understood. The message is one line: what is wrong, and what would be right. */
export class ThresholdError extends Error {
  override readonly name = "ThresholdError";
}
