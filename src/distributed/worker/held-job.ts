/** A job that this worker process works on: takes its blocks from BullMQ, and returns their results. */
import type { Job as BullJob, Worker as BullWorker } from "bullmq";
import { messageOf } from "../../vocabulary/index.js";
import { PREFIX } from "../connect-redis.js";
import { digestOf } from "../digest.js";
import type { AcceptedJob, JobHost } from "../job-kind.js";
import { blocksQueue } from "../keys.js";
import { MAX_RESULT_BYTES, MESSAGES_VERSION, type BlockResult, type Job } from "../messages.js";
import type { ClockOffset } from "../redis-clock.js";

/**
 * The lock of a block. A worker process that does not renew it, because it was killed or stopped, loses the block to
 * another one: after this time and at most two checks.
 */
export const LOCK_MS = 4000;
export const STALLED_CHECK_MS = 2000;
/** A block whose worker process was lost so often is no longer tried: it may be what kills them. */
const MAX_LOST = 3;
/** The time before BullMQ repeats a command that Redis refused, ms. */
const RETRY_MS = 500;

export interface HeldJobOptions {
  readonly job: Job;
  readonly accepted: AcceptedJob<unknown, unknown>;
  readonly blocksAtOnce: number;
  readonly host: JobHost;
  readonly worker: string;
  readonly clock: ClockOffset;
  /** Called when a block is done, with its time of work. */
  readonly onBlock: (ms: number) => void;
}

export class HeldJob {
  readonly id: string;
  /** Blocks at work. */
  blocks = 0;
  readonly #options: HeldJobOptions;
  readonly #handBack = new AbortController();
  readonly #worker: BullWorker;
  /** The last line of an error, which is not repeated. */
  #lastError = "";

  constructor(options: HeldJobOptions) {
    const { job, blocksAtOnce, host } = options;
    this.id = job.id;
    this.#options = options;
    this.#worker = new host.server.bullmq.Worker(
      blocksQueue(job.id),
      // BullMQ gives a signal only to a function of three parameters.
      (block: BullJob, token?: string, signal?: AbortSignal) => this.#execute(block, token, signal),
      {
        connection: host.server.connection,
        prefix: PREFIX,
        concurrency: blocksAtOnce,
        lockDuration: LOCK_MS,
        stalledInterval: STALLED_CHECK_MS,
        maxStalledCount: MAX_LOST,
        runRetryDelay: RETRY_MS,
      },
    );
    this.#worker.on("error", (error) => this.#tell(error));
    // Another worker process has the blocks now.
    this.#worker.on("lockRenewalFailed", (blocks) => {
      for (const block of blocks) this.#worker.cancelJob(block, "its lock has expired");
    });
  }

  /** Takes no further block, finishes those at work for `graceMs`, and hands the others back. */
  async finish(graceMs: number): Promise<void> {
    const timer = setTimeout(() => this.#handBack.abort(), graceMs);
    await this.#worker.close();
    clearTimeout(timer);
    await this.#options.accepted.close();
  }

  /** Stops at once: the job is not wanted any more. */
  async abandon(): Promise<void> {
    this.#worker.cancelAllJobs("the job has ended");
    await this.#worker.close(true);
    await this.#options.accepted.close();
  }

  async #execute(block: BullJob, token: string | undefined, lost: AbortSignal | undefined): Promise<BlockResult> {
    const { accepted, clock, worker, onBlock } = this.#options;
    const signals = [this.#handBack.signal, ...(lost === undefined ? [] : [lost])];
    const began = performance.now();
    this.blocks++;
    try {
      const result = await accepted.run(block.data, {
        signal: AbortSignal.any(signals),
        clock,
        worker,
        report: (progress) => block.updateProgress(progress),
      });
      const ms = performance.now() - began;
      const text = JSON.stringify(result);
      if (Buffer.byteLength(text) > MAX_RESULT_BYTES)
        throw new Error(`its result has more than ${MAX_RESULT_BYTES >> 20} MiB`);
      onBlock(ms);
      return { messages: MESSAGES_VERSION, worker, ms, digest: digestOf(text), result };
    } catch (error) {
      if (!this.#handBack.signal.aborted || lost?.aborted === true) throw error;
      await block.moveToWait(token);
      throw new this.#options.host.server.bullmq.WaitingError();
    } finally {
      this.blocks--;
    }
  }

  /** Errors of the connection are reported elsewhere. */
  #tell(error: Error): void {
    if ("code" in error || /connection is closed|timed out/i.test(error.message)) return;
    const isGiven = /missing lock|missing key|not in the active state|lock/i.test(error.message);
    const line = isGiven
      ? `job ${this.id}: a block took longer than its lock, and is another worker process's`
      : `job ${this.id}: ${messageOf(error)}`;
    if (line !== this.#lastError) this.#options.host.log(line);
    this.#lastError = line;
  }
}
