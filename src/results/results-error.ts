/** What is thrown when a run's files cannot be written or read. */
import { whySystemFailed } from "../vocabulary/index.js";

/** Results cannot be written or read. The message is one line: what, where and why. */
export class ResultsError extends Error {
  override readonly name = "ResultsError";
}

/** The error of a file of a run that cannot be read, and why. */
export function cannotRead(path: string, why: string, cause?: unknown): ResultsError {
  return new ResultsError(`cannot read ${path}: ${why}`, { cause });
}

/** The error of a file of a run that cannot be written. */
export function cannotWrite(path: string, error: unknown): ResultsError {
  return new ResultsError(`cannot write ${path}: ${whySystemFailed(error)}`, { cause: error });
}
