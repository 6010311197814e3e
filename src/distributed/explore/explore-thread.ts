/** The entry of the worker threads of an exploration (a Piscina task): samples a block of schedules. */
import { openSession, sampleBlock, type ProgramSource, type SampledBlock, type Session } from "../../explore/index.js";
import type { Block } from "../messages.js";
import type { ExploreSpec } from "./explore-messages.js";

export interface SampleTask {
  readonly source: ProgramSource;
  readonly spec: ExploreSpec;
  readonly block: Block;
}

/** The session of this thread. All tasks of a pool are of one job. */
let opened: Promise<Session> | undefined;

export default async function run({ source, spec, block }: SampleTask): Promise<SampledBlock> {
  opened ??= openSession(source, spec);
  return sampleBlock(await opened, spec, block);
}
