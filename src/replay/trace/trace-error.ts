/** A trace cannot be read. The message is one line: what, where and why. */
export class TraceError extends Error {
  override readonly name = "TraceError";
}
