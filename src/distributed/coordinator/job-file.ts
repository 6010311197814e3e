/** `job.json` in the directory of a job: what a coordinator needs to go on with it. It has no address of Redis. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { jsonText } from "../../vocabulary/index.js";
import { firstIssue, writeAtomically } from "../../results/index.js";
import { requirementsHere } from "../compatibility.js";
import { DistributedError } from "../errors.js";
import { requirementsSchema } from "../messages.js";

export const JOB_FILE = "job.json";

const jobFileSchema = z.strictObject({
  version: z.literal(1),
  id: z.string(),
  kind: z.string(),
  title: z.string(),
  requires: requirementsSchema,
  /** As the kind of the job expects it. */
  spec: z.unknown(),
  first: z.int().nonnegative(),
  last: z.int().nonnegative(),
  /** The options of the command that started the job, which the command itself checks. */
  options: z.record(z.string(), z.union([z.string(), z.boolean()])),
});
export type SavedJob = z.infer<typeof jobFileSchema>;

/** @throws ResultsError */
export function writeJobFile(directory: string, job: SavedJob): void {
  writeAtomically(join(directory, JOB_FILE), jsonText(job));
}

/** @throws {DistributedError} when it is missing, damaged, or of another version of crowdstorm or Node */
export function readJobFile(directory: string): SavedJob {
  const path = join(directory, JOB_FILE);
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new DistributedError(`there is no job to resume in ${directory}: cannot read ${path}`, { cause: error });
  }
  const job = jobFileSchema.safeParse(content);
  if (!job.success) throw new DistributedError(`cannot read ${path}: ${firstIssue(job.error)}`);
  const { version, nodeMajor } = requirementsHere();
  const { requires } = job.data;
  if (requires.version !== version || requires.nodeMajor !== nodeMajor)
    throw new DistributedError(
      `cannot resume ${job.data.id}: it needs crowdstorm ${requires.version} and Node ${requires.nodeMajor}, ` +
        `this is ${version} and ${nodeMajor}`,
    );
  return job.data;
}
