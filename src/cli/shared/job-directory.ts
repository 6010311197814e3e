/** The directories of jobs over Redis. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { uniqueName } from "../../results/index.js";
import type { Distributed } from "./redis-options.js";
import { UsageError } from "./usage-error.js";

/** The id of a new job, which is the name of its directory: letters, digits, dots and dashes. */
export function newJobId(what: string): string {
  return uniqueName(what.replaceAll(/[^\w.-]+/g, "-").slice(0, 100), new Date());
}

/** The directory of the job `resume`: its id under `results`, or a path. @throws {UsageError} when there is none */
export function jobDirectory(resume: string, results: string, { JOB_FILE }: Distributed): string {
  const found = [join(results, resume), resume].find((path) => existsSync(join(path, JOB_FILE)));
  if (found !== undefined) return found;
  throw new UsageError(`there is no job "${resume}" in ${results}: expected the id that the stopped command printed`);
}

/** Options that are given with a value. */
export function givenOptions(options: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [name]));
}

/** @throws {UsageError} when one of `options`, which the saved job determines, is given with --resume */
export function refuseWithResume(options: Readonly<Record<string, unknown>>): void {
  const [first] = givenOptions(options);
  if (first !== undefined)
    throw new UsageError(
      `--${first} cannot be combined with --resume: the job has the options that it was started with`,
    );
}
