/** The coordinator of an exploration: numbers of schedules in, the counts of all of them out. */
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { OWN_PROGRAMS, type ExplorationTally, type ProgramSource, type SampledBlock } from "../../explore/index.js";
import { requirementsHere } from "../compatibility.js";
import { coordinate, type CoordinatorOptions, type JobEnd } from "../coordinator/coordinator.js";
import type { SavedJob } from "../coordinator/job-file.js";
import { digestOfFile } from "../modules.js";
import { MAX_BLOCK_SCHEDULES, sampledBlockSchema, type ExploreSpec } from "./explore-messages.js";

export interface ExploreJobOptions extends Omit<ExploreSpec, "program"> {
  readonly id: string;
  readonly source: ProgramSource;
  /** The numbers of the first and the last schedule. */
  readonly first: number;
  readonly last: number;
}

/** What is published and saved of an exploration. @throws {DistributedError} when its module cannot be read */
export function exploreJob({ id, source, first, last, ...settings }: ExploreJobOptions): SavedJob {
  const path = source.module === OWN_PROGRAMS ? undefined : fileURLToPath(source.module);
  const spec: ExploreSpec = { program: source.name, ...settings };
  return {
    version: 1,
    id,
    kind: "explore",
    title: `${source.name}, ${settings.mailbox}, ${settings.strategy}, schedules ${first}..${last}`,
    requires: {
      ...requirementsHere(),
      ...(path !== undefined && { module: { name: basename(path), digest: digestOfFile(path) } }),
    },
    spec,
    first,
    last,
    options: {},
  };
}

/** How an exploration over worker processes ended. */
export interface ExploreJobEnd {
  readonly end: JobEnd;
  /** The counts of the schedules up to the first that failed: the same as alone. */
  readonly tally: ExplorationTally;
  /** The number of the first schedule that failed. */
  readonly violation: number | undefined;
  /** The number of the first schedule that was not counted. */
  readonly next: number;
}

export type ExploreJobRun = Pick<CoordinatorOptions<SampledBlock>, "server" | "directory" | "interrupt" | "log">;

/** Samples the schedules on worker processes. Resumes what the directory has. @throws {DistributedError} */
export async function runExploreJob(saved: SavedJob, run: ExploreJobRun): Promise<ExploreJobEnd> {
  const counts = { schedules: 0, redundant: 0, points: 0, depth: 0 };
  const traces = new Set<number>();
  const outcomes = new Set<string>();
  let violation: number | undefined;
  const end = await coordinate<SampledBlock>({
    ...run,
    saved,
    maxBlock: MAX_BLOCK_SCHEDULES,
    result: sampledBlockSchema,
    fits: (block, range) => block.schedules === (block.violation ?? range.last) - range.first + 1,
    onResult(block) {
      counts.schedules += block.schedules;
      counts.redundant += block.redundant;
      counts.points += block.points;
      counts.depth = Math.max(counts.depth, block.depth);
      for (const trace of block.traces) traces.add(trace);
      for (const outcome of block.outcomes) outcomes.add(outcome);
      violation = block.violation;
      return violation !== undefined;
    },
    failed: () => (violation === undefined ? 0 : 1),
  });
  const tally: ExplorationTally = {
    ...counts,
    traces: traces.size,
    outcomes: outcomes.size,
    covered: false,
    states: 0,
    transitions: 0,
  };
  return { end, tally, violation, next: saved.first + counts.schedules };
}
