/** Parses the values of numeric options, which are text, so that messages can quote them. */
import { availableParallelism } from "node:os";
import { MAX_RUN_THREADS } from "../../load/run/run-limits.js";
import { parseDuration } from "../../vocabulary/index.js";
import { invalidValue, UsageError } from "./usage-error.js";

/** Parses the value of a numeric option. @throws {UsageError} unless it is a whole number of `least` or more */
export function wholeNumber(option: string, text: string, least: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value) && value >= least) return value;
  if (value > Number.MAX_SAFE_INTEGER) throw invalidValue(`--${option}`, text, `at most ${Number.MAX_SAFE_INTEGER}`);
  throw invalidValue(`--${option}`, text, `a whole number, ${least} or more`);
}

/** The value of an option that is a duration, ms. @throws {UsageError} unless it is one above 0 */
export function positiveDuration(option: string, text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) return ms;
  throw invalidValue(`--${option}`, text, 'a duration above 0 with a unit, such as "30s" or "2m"');
}

/** The value of `--threads`. @throws {UsageError} unless it is a whole number from `least` to the maximum of a run */
export function threadsFrom(text: string, least: number): number {
  const threads = wholeNumber("threads", text, least);
  if (threads > MAX_RUN_THREADS) throw invalidValue("--threads", text, `at most ${MAX_RUN_THREADS}`);
  return threads;
}

/** As {@link threadsFrom}, for a command whose threads are all alike: one for each core when the option is left out. */
export function threadsOrCores(text: string | undefined): number {
  return text === undefined ? Math.min(MAX_RUN_THREADS, availableParallelism()) : threadsFrom(text, 1);
}

/** The value of an option that is a port. @throws {UsageError} unless it is one */
export function portNumber(option: string, text: string): number {
  const port = wholeNumber(option, text, 0);
  if (port > 65_535) throw invalidValue(`--${option}`, text, "a port, 0 to 65535");
  return port;
}

/** The values of `metricsOptions` (shared-options.ts). */
export interface MetricsArguments {
  readonly "metrics-port"?: string | undefined;
  readonly "metrics-host"?: string | undefined;
}

/** Where metrics are served; undefined without `--metrics-port`. @throws {UsageError} for a bad port or a lone host */
export function metricsAddress({
  "metrics-port": port,
  "metrics-host": host,
}: MetricsArguments): { readonly host: string; readonly port: number } | undefined {
  if (port !== undefined) return { host: host ?? "127.0.0.1", port: portNumber("metrics-port", port) };
  if (host !== undefined) throw new UsageError("--metrics-host requires --metrics-port");
  return undefined;
}
