/** The entry of the worker threads of an exploration (a Piscina task): samples a block of schedules. */
import { openSession, sampleBlock, type ProgramSource, type SampledBlock, type Session } from "../../explore/index.js";
import type { MailboxKind } from "../../platform/sync/index.js";

export interface SampleTask {
  readonly source: ProgramSource;
  readonly mailbox: MailboxKind;
  readonly maxSteps: number;
  readonly strategy: "pct" | "random";
  readonly seed: string;
  readonly depth: number;
  readonly first: number;
  readonly last: number;
}

/** The session of this thread. All tasks of a pool are of one job. */
let opened: Promise<Session> | undefined;

export default async function run(task: SampleTask): Promise<SampledBlock> {
  const { source, mailbox, maxSteps, strategy, seed, depth, first, last } = task;
  opened ??= openSession(source, { mailbox, maxSteps });
  return sampleBlock(await opened, { strategy, seed, depth }, { first, last });
}
