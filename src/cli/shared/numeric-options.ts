/** Reads the values of numeric options, which the parser leaves as text. */
import { MAX_RUN_THREADS } from "../../load/run/run-limits.js";
import { UsageError } from "./usage-error.js";

/** Reads the value of a numeric option. @throws {UsageError} unless it is a whole number of `least` or more */
export function wholeNumber(option: string, text: string, least: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value) && value >= least) return value;
  if (value > Number.MAX_SAFE_INTEGER)
    throw new UsageError(`--${option} must be at most ${Number.MAX_SAFE_INTEGER}, not ${text}`);
  throw new UsageError(`--${option} must be a whole number, ${least} or more, not "${text}"`);
}

/** The value of `--threads`. @throws {UsageError} unless it is a whole number from `least` to the most that a run can have */
export function threadsFrom(text: string, least: number): number {
  const threads = wholeNumber("threads", text, least);
  if (threads > MAX_RUN_THREADS) throw new UsageError(`--threads must be at most ${MAX_RUN_THREADS}, not ${threads}`);
  return threads;
}
