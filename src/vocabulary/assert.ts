/** Checks of internal rules. Only a defect of the program can break them. */

/** An internal rule is broken. The figures of such a run are invalid. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";

  /** @param message which rule is broken, and how */
  constructor(message: string) {
    super(`assertion failed: ${message}`);
  }
}

/** @throws AssertionError unless `condition` holds */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** The element of `array` at `index`. @throws AssertionError when there is none */
export function at<T>(array: ArrayLike<T>, index: number): Exclude<T, undefined> {
  const element = array[index];
  if (element === undefined) throw new AssertionError(`there is no element ${index} in an array of ${array.length}`);
  return element as Exclude<T, undefined>;
}
