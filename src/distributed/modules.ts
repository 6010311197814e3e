/** JavaScript modules of jobs. A module is code, so it is not sent: both sides must have the same file. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { whySystemFailed } from "../vocabulary/index.js";
import { digestOf } from "./digest.js";
import { DistributedError, RefusedJobError } from "./errors.js";
import type { JobHost } from "./job-kind.js";
import type { Job } from "./messages.js";

/** The SHA-256 of a file, in hexadecimal. The files that it imports are not part of it. @throws {DistributedError} */
export function digestOfFile(path: string): string {
  try {
    return digestOf(readFileSync(path));
  } catch (error) {
    throw new DistributedError(`cannot read ${path}: ${whySystemFailed(error)}`, { cause: error });
  }
}

/** The absolute paths of modules by their digests. @throws {DistributedError} when one cannot be read */
export function modulesByDigest(paths: readonly string[]): ReadonlyMap<string, string> {
  return new Map(paths.map((path) => [digestOfFile(path), resolve(path)]));
}

/**
 * The path of the job's module on this machine; undefined for a job without one.
 * @throws {RefusedJobError} when this worker process does not have the same file
 */
export function moduleFor({ requires: { module } }: Job, { modules }: JobHost): string | undefined {
  if (module === undefined) return undefined;
  const path = modules.get(module.digest);
  if (path !== undefined) return path;
  const wanted = `${module.name} with the SHA-256 ${module.digest.slice(0, 12)}…`;
  throw new RefusedJobError(`the job needs the module ${wanted}, the worker process has no such file (--modules)`);
}
