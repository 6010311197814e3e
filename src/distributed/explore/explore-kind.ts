/** Jobs of the kind `explore`: blocks of sampled schedules of one program. */
import { moduleAt, OWN_PROGRAMS, programsOf, type ProgramSource, type SampledBlock } from "../../explore/index.js";
import { createTaskPool } from "../../load/run/index.js";
import { messageOf } from "../../vocabulary/index.js";
import { RefusedJobError } from "../errors.js";
import type { JobKind } from "../job-kind.js";
import { blockSchema, type Block } from "../messages.js";
import { moduleFor } from "../modules.js";
import { exploreSpecSchema, MAX_BLOCK_SCHEDULES, sampledBlockSchema, type ExploreSpec } from "./explore-messages.js";
import type { SampleTask } from "./explore-thread.js";

export const exploreKind: JobKind<ExploreSpec, Block, SampledBlock> = {
  spec: exploreSpecSchema,
  block: blockSchema(MAX_BLOCK_SCHEDULES, "schedules"),
  result: sampledBlockSchema,
  blocksAtOnce: (threads) => threads,
  async accept(spec, job, host) {
    const path = moduleFor(job, host);
    const source = { module: path === undefined ? OWN_PROGRAMS : moduleAt(path), name: spec.program };
    await requireProgram(source);
    const { href } = new URL("./explore-thread.js", import.meta.url);
    const pool = createTaskPool<SampleTask, SampledBlock>(href, host.threads);
    return {
      async run(block, signal) {
        const task: SampleTask = { source, spec, block };
        const result = await Promise.race([pool.run(task, signal), pool.failed]);
        // The threads of the program, which take turns, have most of its CPU time.
        return { result, cpuMs: null };
      },
      close: () => pool.destroy(),
    };
  },
};

/** @throws {RefusedJobError} */
async function requireProgram({ module, name }: ProgramSource): Promise<void> {
  let names: readonly string[];
  try {
    names = (await programsOf(module)).map((program) => program.name);
  } catch (error) {
    throw new RefusedJobError(`cannot load its module: ${messageOf(error)}`, { cause: error });
  }
  if (!names.includes(name)) throw new RefusedJobError(`there is no program "${name}" here`);
}
