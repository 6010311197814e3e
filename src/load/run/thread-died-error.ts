/**
 * The error of a thread that ended early. A separate file: the types of the package must not include those of Piscina.
 */
/** A thread ended before it had handed over its report, or could not be started. */
export class ThreadDiedError extends Error {
  override readonly name = "ThreadDiedError";
}
