/** What a kind of job is for a worker process: its data, and what is done with a block. */
import type { z } from "zod";
import { firstIssue } from "../results/index.js";
import type { RedisServer } from "./connect-redis.js";
import { RefusedJobError } from "./errors.js";
import type { Job } from "./messages.js";

/** The worker process that a job is offered to. */
export interface JobHost {
  /** The id of the worker process. */
  readonly worker: string;
  /** The number of worker threads that it has for blocks. */
  readonly threads: number;
  /** The paths of the modules that jobs may use, by their SHA-256 (`--modules`). */
  readonly modules: ReadonlyMap<string, string>;
  /** Whether it may load targets on other machines. */
  readonly allowRemote: boolean;
  /** What it shows to a target that asks for a token. No message has it. */
  readonly token: string | undefined;
  readonly server: RedisServer;
  readonly log: (line: string) => void;
}

/** A block that was executed. */
export interface ExecutedBlock<Result> {
  readonly result: Result;
  /** The time that its thread was on a core, ms; null when it is not known. */
  readonly cpuMs: number | null;
}

/** A job that a worker process has accepted. */
export interface AcceptedJob<Block, Result> {
  /**
   * Executes a block. Rejects when it cannot be executed; another worker process then gets it. `signal` aborts when the
   * block is to be handed back, or is no longer wanted: then it rejects soon.
   */
  run(block: Block, signal: AbortSignal): Promise<ExecutedBlock<Result>>;
  /** No block runs any more. */
  close(): Promise<void>;
}

/** A kind of job. All three data are JSON. */
export interface JobKind<Spec, Block, Result> {
  /** What all blocks have in common: the text of a scenario, its options. */
  readonly spec: z.ZodType<Spec>;
  readonly block: z.ZodType<Block>;
  readonly result: z.ZodType<Result>;
  /** The number of blocks that a worker process holds at a time. */
  blocksAtOnce(threads: number): number;
  /**
   * Prepares the worker process for the job.
   * @throws {RefusedJobError} when it must not work on it, such as for another hash of the plan
   */
  accept(spec: Spec, job: Job, host: JobHost): AcceptedJob<Block, Result> | Promise<AcceptedJob<Block, Result>>;
}

/** A kind whose data is checked where it comes in, so that kinds of all types are used alike. */
export interface CheckedKind {
  blocksAtOnce(threads: number): number;
  accept(spec: unknown, job: Job, host: JobHost): Promise<AcceptedJob<unknown, unknown>>;
}

/** Checks specification and blocks of a kind before they are used. */
export function checked<Spec, Block, Result>(kind: JobKind<Spec, Block, Result>): CheckedKind {
  return {
    blocksAtOnce: (threads) => kind.blocksAtOnce(threads),
    async accept(spec, job, host) {
      const parsed = kind.spec.safeParse(spec);
      if (!parsed.success) throw new RefusedJobError(`invalid specification: ${firstIssue(parsed.error)}`);
      const accepted = await kind.accept(parsed.data, job, host);
      return {
        run: async (block, signal) => {
          const checkedBlock = kind.block.safeParse(block);
          if (!checkedBlock.success) throw new RefusedJobError(`invalid block: ${firstIssue(checkedBlock.error)}`);
          return accepted.run(checkedBlock.data, signal);
        },
        close: () => accepted.close(),
      };
    },
  };
}
