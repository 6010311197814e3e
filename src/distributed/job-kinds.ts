/** The kinds of jobs that a worker process can work on. A kind is loaded when the first job of it comes. */
import { own } from "../vocabulary/index.js";
import { RefusedJobError } from "./errors.js";
import { checked, type CheckedKind } from "./job-kind.js";
import type { Job } from "./messages.js";

/** A new kind is added here. */
const KINDS: Readonly<Record<string, () => Promise<CheckedKind>>> = {
  load: async () => checked((await import("./machines/machine-kind.js")).loadKind),
  explore: async () => checked((await import("./explore/explore-kind.js")).exploreKind),
  sweep: async () => checked((await import("./sweep/sweep-kind.js")).sweepKind),
};

/** The kind of a job. @throws {RefusedJobError} when this version has no such kind */
export async function kindOf({ kind }: Job): Promise<CheckedKind> {
  const load = own(KINDS, kind);
  if (load === undefined) throw new RefusedJobError(`this version has no jobs of the kind "${kind}"`);
  return load();
}
