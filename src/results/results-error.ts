/** The errors of a run's files. */
import { whySystemFailed } from "../vocabulary/index.js";

/** A run's file cannot be written or read. The message is one line: what, where and why. */
export class ResultsError extends Error {
  override readonly name = "ResultsError";
}

/** The error of a file that cannot be read for the reason `why`. */
export function cannotRead(path: string, why: string, cause?: unknown): ResultsError {
  return new ResultsError(`cannot read ${path}: ${why}`, { cause });
}

/** The error of a file that cannot be written. */
export function cannotWrite(path: string, error: unknown): ResultsError {
  return new ResultsError(`cannot write ${path}: ${whySystemFailed(error)}`, { cause: error });
}

/** Writes the file at `path`. @throws ResultsError instead of an error of the file system */
export function withWriteErrors<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw cannotWrite(path, error);
  }
}
