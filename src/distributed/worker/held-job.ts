/** A job that this worker process works on: takes its blocks from BullMQ, and returns their results. */
import type { Job as BullJob, Worker as BullWorker } from "bullmq";
import { messageOf } from "../../vocabulary/index.js";
import { isOutage, PREFIX } from "../connect-redis.js";
import { digestOf } from "../digest.js";
import { META } from "../queues.js";
import type { AcceptedJob, JobHost } from "../job-kind.js";
import { readJob } from "../job-registry.js";
import { blockOf, blocksQueue, KEYS } from "../keys.js";
import { MAX_RESULT_BYTES, MESSAGES_VERSION, type BlockResult, type Job, type LateResult } from "../messages.js";

/**
 * The lock of a block. A worker process that does not renew it, because it was killed or stopped, loses the block to
 * another one: after this time and at most two checks. On a machine that others have taken, this process itself may not
 * come to renew it in time.
 */
const LOCK_MS = 7000;
const RENEW_MS = 1500;
const STALLED_CHECK_MS = 1000;
/** How long a late result waits for its coordinator, ms. */
const LATE_MS = 60_000;
/** A block whose worker process was lost so often is no longer tried: it may be what kills them. */
const MAX_LOST = 3;
/** The time before BullMQ repeats a command that Redis refused, ms. */
const RETRY_MS = 500;

export interface HeldJobOptions {
  readonly job: Job;
  readonly accepted: AcceptedJob<unknown, unknown>;
  readonly blocksAtOnce: number;
  readonly host: JobHost;
  /** Called when a block is done, with its time of work. */
  readonly onBlock: (ms: number) => void;
}

/** The lock of a block, as far as this process knows. */
class BlockLock {
  #at = performance.now();

  get hasExpired(): boolean {
    return performance.now() - this.#at >= LOCK_MS;
  }

  renew(): void {
    this.#at = performance.now();
  }
}

export class HeldJob {
  readonly id: string;
  /** Blocks at work. */
  blocks = 0;
  readonly #options: HeldJobOptions;
  readonly #handBack = new AbortController();
  readonly #worker: BullWorker;
  /** Of each block at work the latest lock: this process may get a block again whose lock has expired. */
  readonly #locks = new Map<string, BlockLock>();
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
        lockRenewTime: RENEW_MS,
        stalledInterval: STALLED_CHECK_MS,
        maxStalledCount: MAX_LOST,
        runRetryDelay: RETRY_MS,
      },
    );
    this.#worker.on("error", (error) => this.#logError(error));
    this.#worker.on("locksRenewed", ({ jobIds }) => {
      for (const id of jobIds) this.#locks.get(id)?.renew();
    });
  }

  /** Takes no further block, finishes those at work for `graceMs`, and hands the others back. */
  async finish(graceMs: number): Promise<void> {
    const timer = setTimeout(() => this.#handBack.abort(), graceMs);
    await this.#worker.close();
    clearTimeout(timer);
    await this.#options.accepted.close();
    // The job may have ended without this process having noticed. Where Redis is away, there is nothing to remove.
    const job = await readJob(this.#options.host.server.client, this.id).catch(() => undefined);
    if (job?.state !== "running") await this.#removeMeta().catch(() => undefined);
  }

  /** Stops at once: the job is not wanted any more. */
  async abandon(): Promise<void> {
    this.#worker.cancelAllJobs("the job has ended");
    await this.#worker.close(true);
    await this.#options.accepted.close();
    await this.#removeMeta();
  }

  async #removeMeta(): Promise<void> {
    await this.#options.host.server.client.del(this.#worker.toKey(META));
  }

  async #execute(block: BullJob, token: string | undefined, unwanted: AbortSignal | undefined): Promise<BlockResult> {
    const { accepted, host, onBlock } = this.#options;
    const signals = [this.#handBack.signal, ...(unwanted === undefined ? [] : [unwanted])];
    const id = String(block.id);
    const began = performance.now();
    const lock = new BlockLock();
    this.#locks.set(id, lock);
    this.blocks++;
    try {
      const { result, cpuMs } = await accepted.run(block.data, AbortSignal.any(signals));
      const ms = performance.now() - began;
      const message = resultMessage({ worker: host.worker, ms, cpuMs, result });
      if (lock.hasExpired) await this.#deliverLate(id, message);
      onBlock(ms);
      return message;
    } catch (error) {
      if (!this.#handBack.signal.aborted || unwanted?.aborted === true) throw error;
      await block.moveToWait(token);
      throw new host.server.bullmq.WaitingError();
    } finally {
      if (this.#locks.get(id) === lock) this.#locks.delete(id);
      this.blocks--;
    }
  }

  /**
   * Sends the result of a block whose lock has expired. BullMQ refuses it, and gives the block to another worker
   * process, which may be as late: without this, a job on machines that others have taken would not end.
   */
  async #deliverLate(id: string, result: BlockResult): Promise<void> {
    const { job, host } = this.#options;
    const message: LateResult = { block: blockOf(id), result };
    const key = KEYS.late(job.id);
    try {
      await host.server.client.multi().rpush(key, JSON.stringify(message)).pexpire(key, LATE_MS).exec();
      host.log(`job ${job.id}: the lock of block ${message.block} had expired: its result was sent all the same`);
    } catch (error) {
      // Another worker process executes the block again.
      host.log(`job ${job.id}: the late result of block ${message.block} was not sent: ${messageOf(error)}`);
    }
  }

  /** Errors of the connection are reported elsewhere, and those of expired locks by their results. */
  #logError(error: Error): void {
    if ("code" in error || isOutage(error)) return;
    if (/lock|missing key|not in the active state/i.test(error.message)) return;
    const line = `job ${this.id}: ${messageOf(error)}`;
    if (line !== this.#lastError) this.#options.host.log(line);
    this.#lastError = line;
  }
}

/** @throws {Error} when the result is too large */
function resultMessage(block: Omit<BlockResult, "messages" | "digest">): BlockResult {
  const text = JSON.stringify(block.result);
  if (Buffer.byteLength(text) > MAX_RESULT_BYTES)
    throw new Error(`its result has more than ${MAX_RESULT_BYTES >> 20} MiB`);
  return { messages: MESSAGES_VERSION, ...block, digest: digestOf(text) };
}
