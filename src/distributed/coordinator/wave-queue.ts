/**
 * The blocks of a job on BullMQ's queues. Blocks are added in waves, each a flow of BullMQ: a parent, which the
 * coordinator takes, with the blocks as its children, which worker processes take. When all blocks of a wave are done,
 * BullMQ gives the parent to the coordinator, with all their results.
 */
import type { FlowProducer, Job as BullJob, Queue, Worker as BullWorker } from "bullmq";
import { uniquePart } from "../../results/index.js";
import { PREFIX, type RedisServer } from "../connect-redis.js";
import { blockOf, blocksQueue, idInWave, wavesQueue } from "../keys.js";
import type { Block } from "../messages.js";
import { openQueue, removeQueue } from "../queues.js";
import { blockId } from "./block-ledger.js";

/** The values of one wave, by the ids of their blocks. They come from Redis, and are not checked. */
export interface WaveValues {
  readonly wave: string;
  readonly results: ReadonlyMap<string, unknown>;
  readonly failures: ReadonlyMap<string, string>;
}

/** The lock of a wave at the coordinator, and how often waves without a lock are looked for, ms. */
const WAVE_LOCK_MS = 30_000;
const STALLED_CHECK_MS = 5000;
const RETRY_MS = 500;

export class WaveQueue {
  readonly #server: RedisServer;
  readonly #job: string;
  readonly #kind: string;
  readonly #flows: FlowProducer;
  readonly #blocks: Queue;
  readonly #waves: Queue;
  /** No other coordinator of the job names a wave alike. */
  readonly #session = uniquePart();
  #count = 0;
  #taker: BullWorker | undefined;

  constructor(server: RedisServer, { id, kind }: { readonly id: string; readonly kind: string }) {
    this.#server = server;
    this.#job = id;
    this.#kind = kind;
    this.#flows = new server.bullmq.FlowProducer({ connection: server.connection, prefix: PREFIX });
    // The connection of commands reports an outage; what fails is tried again by the coordinator.
    this.#flows.on("error", () => undefined);
    this.#blocks = openQueue(server, blocksQueue(id));
    this.#waves = openQueue(server, wavesQueue(id));
  }

  /** Adds a wave of blocks. Returns its id. Rejects when Redis refuses, as when its memory is full. */
  async add(blocks: readonly Block[]): Promise<string> {
    const wave = `${this.#session}-${++this.#count}`;
    const options = { removeOnComplete: true, removeOnFail: true };
    await this.#flows.add({
      name: "wave",
      queueName: wavesQueue(this.#job),
      opts: { ...options, jobId: wave },
      children: blocks.map((block) => ({
        name: this.#kind,
        queueName: blocksQueue(this.#job),
        data: block,
        opts: { ...options, jobId: idInWave(blockId(block), wave), ignoreDependencyOnFailure: true },
      })),
    });
    return wave;
  }

  /** Gives each completed wave to `collect`, at least once. A wave whose `collect` throws is given again. */
  take(collect: (values: WaveValues) => void): void {
    this.#taker = new this.#server.bullmq.Worker(
      wavesQueue(this.#job),
      async (wave: BullJob) => {
        collect(await valuesOf(wave));
      },
      {
        connection: this.#server.connection,
        prefix: PREFIX,
        concurrency: 4,
        lockDuration: WAVE_LOCK_MS,
        stalledInterval: STALLED_CHECK_MS,
        maxStalledCount: 100,
        runRetryDelay: RETRY_MS,
      },
    );
    this.#taker.on("error", () => undefined);
  }

  /** What is in Redis of the waves of earlier coordinators. */
  async earlier(): Promise<WaveValues[]> {
    const waves = await this.#waves.getJobs(["active", "waiting", "waiting-children", "failed"]);
    return Promise.all(waves.map((wave) => valuesOf(wave as BullJob)));
  }

  /** Whether Redis has lost the wave or one of its blocks that has no result yet. */
  async isLost(wave: string): Promise<boolean> {
    const job = (await this.#waves.getJob(wave)) as BullJob | undefined;
    if (job === undefined) return true;
    const isThere = new Map<string, boolean>();
    for (const key of await openBlocks(job)) isThere.set(key, (await this.#server.client.exists(key)) === 1);
    if ([...isThere.values()].every(Boolean)) return false;
    // A block that was done in between is no longer open.
    return (await openBlocks(job)).some((key) => isThere.get(key) === false);
  }

  /** Takes no more waves, and removes all of them. Worker processes that hold blocks of the job lose them. */
  async clear(): Promise<void> {
    // With the end of the wave that it has just given, BullMQ writes a key of the queue again.
    await this.#taker?.close();
    for (const queue of [this.#blocks, this.#waves]) await removeQueue(this.#server, queue);
  }

  /** Ends the connections. */
  async close(): Promise<void> {
    await this.#taker?.close(true);
    await Promise.all([this.#flows.close(), this.#blocks.close(), this.#waves.close()]);
  }
}

/** The keys of the blocks of a wave that have no result yet. */
async function openBlocks(wave: BullJob): Promise<readonly string[]> {
  return (await wave.getDependencies({ unprocessed: { count: 10_000 } })).unprocessed ?? [];
}

async function valuesOf(wave: BullJob): Promise<WaveValues> {
  const [results, failures] = await Promise.all([wave.getChildrenValues<unknown>(), wave.getIgnoredChildrenFailures()]);
  return { wave: String(wave.id), results: byBlock(results), failures: byBlock(failures) };
}

/** BullMQ's keys of children end with their ids. */
function byBlock<Value>(values: Readonly<Record<string, Value>>): Map<string, Value> {
  return new Map(Object.entries(values).map(([key, value]) => [blockOf(key), value]));
}
