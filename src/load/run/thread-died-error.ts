/** The error of a thread that ended early. In a file of its own: the types of Piscina are not part of those of the package. */
/** A thread ended before it had handed over its report, or could not be started. */
export class ThreadDiedError extends Error {
  override readonly name = "ThreadDiedError";
}
