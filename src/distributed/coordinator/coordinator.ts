/**
 * A coordinator: publishes a job, keeps its queue filled with blocks, and collects each result once.
 *
 * Redis and the worker processes may be lost at any moment, and Redis may give a result twice or not at all. Correct
 * results do not depend on them: a block counts when its result is in the file of this process ({@link BlockFile}), a
 * further result of it is compared and dropped ({@link BlockLedger}), and a block that Redis has lost is added again.
 */
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { z } from "zod";
import { InOrder, messageOf } from "../../vocabulary/index.js";
import { isOutage, type RedisServer } from "../connect-redis.js";
import { digestOf } from "../digest.js";
import { DistributedError } from "../errors.js";
import { KEYS } from "../keys.js";
import { untilEnded } from "../last-commands.js";
import { isAskedToCancel, jobEntry, LOST_AFTER_MS, readJob, removeJob, writeJob, writeSpec } from "../job-registry.js";
import { blockResultSchema, lateResultSchema, type Block, type BlockResult, type Job } from "../messages.js";
import { parseJson } from "../parse-json.js";
import { RedisClock } from "../redis-clock.js";
import { BlockFile, type StoredBlock } from "./block-file.js";
import { blockId, BlockLedger, sizeOf, type CollectedBlock } from "./block-ledger.js";
import { BlockSize } from "./block-size.js";
import type { SavedJob } from "./job-file.js";
import { JobWorkers } from "./job-workers.js";
import { Waves } from "./waves.js";
import { WaveQueue, type WaveValues } from "./wave-queue.js";

export interface CoordinatorOptions<Result> {
  readonly server: RedisServer;
  /** What is published: its blocks have its seeds or schedules. */
  readonly saved: SavedJob;
  /** The most places of one block. */
  readonly maxBlock: number;
  readonly result: z.ZodType<Result>;
  /** Whether a result is of this block. */
  readonly fits: (result: Result, block: Block) => boolean;
  /** The directory of the job, in which results are kept. */
  readonly directory: string;
  /** Its abort stops the job, which can then be resumed. */
  readonly interrupt: AbortSignal;
  readonly log: (line: string) => void;
  /**
   * Called with each result once, in the order of the blocks, without a gap. Returns `true` when no further result is
   * needed.
   */
  readonly onResult: (result: Result, block: Block) => boolean;
  /** Failed places up to now, for the list of jobs. */
  readonly failed: () => number;
}

/** How a job ended: with all results that were needed, stopped by an interrupt, or cancelled by another process. */
export type JobEnd = "complete" | "stopped" | "cancelled";

/** The time between two polls, ms. */
const TICK_MS = 200;
/** The time between two entries in the list of jobs, ms. */
const ENTRY_MS = 500;
/** The most late results that are taken at once. */
const LATE_AT_ONCE = 10;

/** Executes a job until it has ended. @throws {DistributedError} when its results cannot be trusted or kept */
export async function coordinate<Result>(options: CoordinatorOptions<Result>): Promise<JobEnd> {
  const clock = await RedisClock.start(options.server.client);
  await waitForEarlier(options, clock);
  const file = BlockFile.open(options.directory);
  const queue = new WaveQueue(options.server, options.saved);
  try {
    return await new Coordinator(options, clock, file, queue).run();
  } finally {
    await untilEnded(queue.close(), options.server.client);
    file.close();
  }
}

/** Waits until the earlier coordinator of the job is lost. @throws {DistributedError} when it still works */
async function waitForEarlier<Result>(
  { server, saved: { id }, interrupt, log }: CoordinatorOptions<Result>,
  clock: RedisClock,
): Promise<void> {
  const first = await readJob(server.client, id);
  if (first?.state !== "running") return;
  for (let isLogged = false; !interrupt.aborted; isLogged = true) {
    const now = await readJob(server.client, id);
    await clock.refresh();
    if (now === undefined || clock.now() - now.seenAt > LOST_AFTER_MS) return;
    if (now.seenAt !== first.seenAt)
      throw new DistributedError(`the job ${id} has a coordinator already: ${now.coordinator}`);
    if (!isLogged) log(`waiting until the earlier coordinator ${now.coordinator} is lost`);
    await delay(ENTRY_MS, undefined, { signal: interrupt }).catch(() => undefined);
  }
}

class Coordinator<Result> {
  readonly #options: CoordinatorOptions<Result>;
  readonly #clock: RedisClock;
  readonly #file: BlockFile;
  readonly #queue: WaveQueue;
  readonly #order: InOrder<StoredBlock<Result>>;
  readonly #size: BlockSize;
  readonly #workers: JobWorkers;
  readonly #createdAt: number;
  readonly #ledger: BlockLedger;
  readonly #waves: Waves;
  #isPublished = false;
  #isEnough = false;
  #fatal: Error | undefined;
  #wake = new AbortController();
  #entryAt = 0;
  #lastProblem = "";

  constructor(options: CoordinatorOptions<Result>, clock: RedisClock, file: BlockFile, queue: WaveQueue) {
    this.#options = options;
    this.#clock = clock;
    this.#file = file;
    this.#queue = queue;
    this.#createdAt = clock.now();
    this.#size = new BlockSize(options.maxBlock);
    this.#workers = new JobWorkers(options.saved, options.log);
    this.#waves = new Waves(queue);
    this.#order = new InOrder(options.saved.first, ({ result, ...block }) => {
      if (!this.#isEnough) this.#isEnough = options.onResult(result, block);
    });
    this.#ledger = new BlockLedger(options.saved, this.#takeStored());
  }

  async run(): Promise<JobEnd> {
    await this.#begin();
    const { interrupt, server } = this.#options;
    const work = this.#work();
    await Promise.race([work, once(interrupt, "abort")]);
    // While Redis is away, commands of the queue wait without a limit.
    if (interrupt.aborted) await untilEnded(work, server.client);
    else if (await work) return this.#end("cancelled");
    if (this.#fatal !== undefined) {
      await this.#end("cancelled");
      throw this.#fatal;
    }
    return this.#end(this.#isComplete() ? "complete" : "stopped");
  }

  /** Works until the job has ended. Returns whether it was cancelled. */
  async #work(): Promise<boolean> {
    while (!this.#hasEnded()) {
      if (await this.#tick()) return true;
      await delay(TICK_MS, undefined, { signal: AbortSignal.any([this.#wake.signal, this.#options.interrupt]) }).catch(
        () => undefined,
      );
      if (this.#wake.signal.aborted) this.#wake = new AbortController();
    }
    return false;
  }

  #isComplete(): boolean {
    return this.#isEnough || this.#ledger.isWhole;
  }

  #hasEnded(): boolean {
    return this.#fatal !== undefined || this.#isComplete() || this.#options.interrupt.aborted;
  }

  /** Takes what earlier coordinators of the job collected. Results that are in order are not kept. */
  #takeStored(): CollectedBlock[] {
    const collected: CollectedBlock[] = [];
    this.#file.read(this.#options.result, (block) => {
      const { first, last, digest } = block;
      collected.push({ first, last, digest });
      this.#order.add(block);
    });
    return collected;
  }

  /** Takes over what earlier coordinators left in Redis: results count, and blocks at work are given anew. */
  async #begin(): Promise<void> {
    const blocks = new Map<string, Block | undefined>();
    const waves = await this.#queue.earlier();
    for (const { results } of waves) for (const id of results.keys()) blocks.set(id, blockFrom(id));
    this.#ledger.adopt([...blocks.values()].filter((block) => block !== undefined));
    for (const values of waves) this.#collect(values);
    this.#ledger.release();
    await this.#queue.clear();
    await this.#publish();
    this.#queue.take((values) => {
      this.#collectOrEnd(values);
      this.#waves.ended(values.wave, this.#ledger);
      this.#wake.abort();
    });
  }

  /** Polls Redis, and keeps the queue filled. Returns whether the job was cancelled. */
  async #tick(): Promise<boolean> {
    const { server, saved } = this.#options;
    try {
      if (performance.now() - this.#entryAt >= ENTRY_MS) {
        this.#entryAt = performance.now();
        await this.#clock.refresh();
        if (await isAskedToCancel(server.client, saved.id)) return true;
        await this.#publish();
        await this.#takeLate();
        await this.#workers.poll(server.client, this.#clock.now());
        await this.#waves.recover(this.#ledger, this.#options.log);
      }
      await this.#waves.fill(this.#ledger, this.#size, this.#workers.slots);
      this.#lastProblem = "";
    } catch (error) {
      // Redis is away or its memory is full: everything is tried again. The connection reports an outage.
      const problem = messageOf(error);
      if (problem !== this.#lastProblem && !isOutage(error))
        this.#options.log(`Redis refuses: ${problem}; trying again`);
      this.#lastProblem = problem;
    }
    return false;
  }

  /** Writes the entry of the job. When Redis has lost it, it has lost everything: all is written again. */
  async #publish(): Promise<void> {
    const { server, saved, log } = this.#options;
    const { client } = server;
    if (!this.#isPublished || (await client.exists(KEYS.spec(saved.id))) === 0) {
      if (this.#isPublished) log("Redis has lost the job: it is published again");
      await writeSpec(client, saved.id, saved.spec);
    }
    await writeJob(client, this.#entry("running"));
    this.#isPublished = true;
  }

  #entry(state: Job["state"]): Job {
    const { saved, failed } = this.#options;
    const { id, kind, title, requires } = saved;
    return jobEntry({
      ...{ id, kind, title, requires },
      state,
      done: this.#ledger.done,
      total: sizeOf(saved),
      failed: failed(),
      createdAt: this.#createdAt,
      seenAt: this.#clock.now(),
    });
  }

  /** Takes results whose blocks BullMQ had given to another worker process already. */
  async #takeLate(): Promise<void> {
    const { server, saved } = this.#options;
    const texts = (await server.client.lpop(KEYS.late(saved.id), LATE_AT_ONCE)) ?? [];
    const late = texts.flatMap((text) => lateResultSchema.safeParse(parseJson(text)).data ?? []);
    const results = new Map(late.map(({ block, result }) => [block, result]));
    this.#collectOrEnd({ results, failures: new Map() });
  }

  /** An error of the results ends the job. */
  #collectOrEnd(values: Pick<WaveValues, "results" | "failures">): void {
    try {
      this.#collect(values);
    } catch (error) {
      this.#fatal ??= error instanceof Error ? error : new Error(messageOf(error));
    }
  }

  /** Keeps the results of a wave that are new. @throws {DistributedError} */
  #collect({ results, failures }: Pick<WaveValues, "results" | "failures">): void {
    const fresh: StoredBlock<Result>[] = [];
    for (const [id, value] of results) {
      const block = blockFrom(id);
      if (block === undefined) continue;
      const checked = this.#check(value, block);
      if (typeof checked === "string") {
        this.#waves.failed(block, checked);
        continue;
      }
      if (this.#ledger.enter(block, checked.digest) !== "first") continue;
      this.#size.measured(sizeOf(block), checked.cpuMs ?? checked.ms);
      fresh.push({ ...block, digest: checked.digest, result: checked.result });
    }
    if (fresh.length > 0) this.#file.add(fresh);
    for (const block of fresh) this.#order.add(block);
    for (const [id, why] of failures) {
      const block = this.#ledger.open.get(id);
      if (block !== undefined) this.#waves.failed(block, why);
    }
  }

  /** The checked result of a block; what is wrong with it, as text. */
  #check(value: unknown, block: Block): (Omit<BlockResult, "result"> & { readonly result: Result }) | string {
    const message = blockResultSchema.safeParse(value).data;
    if (message === undefined) return "its result is not a message of this version";
    if (digestOf(JSON.stringify(message.result)) !== message.digest) return "its result does not have its SHA-256";
    const result = this.#options.result.safeParse(message.result);
    if (!result.success || !this.#options.fits(result.data, block)) return "its result is invalid";
    return { ...message, result: result.data };
  }

  async #end(end: JobEnd): Promise<JobEnd> {
    const { server, saved } = this.#options;
    // Worker processes leave the job when its entry is gone, and write nothing to its queues then.
    const last = async (): Promise<void> => {
      await this.#queue.clear();
      if (end === "stopped") await writeJob(server.client, this.#entry("stopped"));
      else await removeJob(server.client, saved.id);
    };
    await untilEnded(last(), server.client);
    return end;
  }
}

/** The block with this id; undefined when it is no id. */
function blockFrom(id: string): Block | undefined {
  const match = /^(\d{1,16})-(\d{1,16})$/.exec(id);
  const block = match && { first: Number(match[1]), last: Number(match[2]) };
  return block !== null && blockId(block) === id ? block : undefined;
}
