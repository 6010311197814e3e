/** The waves of blocks that are on the queue, and the blocks that are to be added again. */
import { plural } from "../../vocabulary/index.js";
import { DistributedError } from "../errors.js";
import type { Block } from "../messages.js";
import { blockId, type BlockLedger } from "./block-ledger.js";
import type { BlockSize } from "./block-size.js";
import type { WaveQueue } from "./wave-queue.js";

/** A block that failed so often ends the job. */
const MAX_FAILURES = 3;
/** The time between two polls whether Redis has lost waves, ms. */
const POLL_MS = 2000;
/** Blocks on the queue for each that is executed at a time. */
const BLOCKS_PER_SLOT = 3;
/** The most blocks of one wave. */
const MAX_WAVE = 500;
/** The time for which the queue has blocks, however short they are, ms. */
const SUPPLY_MS = 500;

export class Waves {
  readonly #queue: WaveQueue;
  readonly #added = new Map<string, readonly Block[]>();
  /** Blocks without a result that are on no wave. */
  #again: Block[] = [];
  readonly #failures = new Map<string, number>();
  #polledAt = 0;
  /** Blocks that ended, and since when they are counted: how fast the queue empties. */
  #ended = 0;
  #since = performance.now();
  #perMs = 0;

  constructor(queue: WaveQueue) {
    this.#queue = queue;
  }

  /** A wave has ended: blocks of it that have no result are added again. */
  ended(wave: string, ledger: BlockLedger): void {
    const blocks = this.#added.get(wave) ?? [];
    this.#added.delete(wave);
    this.#ended += blocks.length;
    this.#addAgain(blocks, ledger);
  }

  /** A worker process failed at a block. @throws {DistributedError} when that was too often */
  failed(block: Block, why: string): void {
    const id = blockId(block);
    const failures = (this.#failures.get(id) ?? 0) + 1;
    this.#failures.set(id, failures);
    if (failures >= MAX_FAILURES)
      throw new DistributedError(`${block.first}..${block.last} failed ${failures} times, at last: ${why}`);
  }

  /** Finds waves that Redis has lost. Their blocks are added again. */
  async recover(ledger: BlockLedger, log: (line: string) => void): Promise<void> {
    if (performance.now() - this.#polledAt < POLL_MS) return;
    this.#polledAt = performance.now();
    let lost = 0;
    for (const [wave, blocks] of [...this.#added]) {
      // A wave that ends meanwhile is no longer in the list.
      if (!(await this.#queue.isLost(wave)) || !this.#added.delete(wave)) continue;
      lost += this.#addAgain(blocks, ledger);
    }
    if (lost > 0) log(`Redis has lost ${plural(lost, "block")}: added again`);
  }

  /**
   * Adds waves until the queue has enough blocks. `slots`: blocks that are executed at a time. Rejects as Redis does.
   */
  async fill(ledger: BlockLedger, size: BlockSize, slots: number): Promise<void> {
    this.#measure();
    const wanted = Math.max(BLOCKS_PER_SLOT * slots, Math.ceil(this.#perMs * SUPPLY_MS));
    for (let queued = this.#queued; queued < wanted; queued = this.#queued) {
      const blocks = this.#next(ledger, size, slots, Math.min(MAX_WAVE, Math.ceil(wanted / BLOCKS_PER_SLOT)));
      if (blocks.length === 0) return;
      try {
        this.#added.set(await this.#queue.add(blocks), blocks);
      } catch (error) {
        this.#again.push(...blocks);
        throw error;
      }
    }
  }

  get #queued(): number {
    return [...this.#added.values()].reduce((sum, blocks) => sum + blocks.length, 0);
  }

  #next(ledger: BlockLedger, size: BlockSize, slots: number, most: number): Block[] {
    const blocks = this.#again.splice(0, most);
    while (blocks.length < most) {
      const block = ledger.cut(size.next(ledger.uncut, slots));
      if (block === undefined) break;
      blocks.push(block);
    }
    return blocks;
  }

  /** Returns the number of blocks without a result. */
  #addAgain(blocks: readonly Block[], ledger: BlockLedger): number {
    const missing = blocks.filter((block) => ledger.open.has(blockId(block)));
    this.#again.push(...missing);
    return missing.length;
  }

  #measure(): void {
    const ms = performance.now() - this.#since;
    if (ms < SUPPLY_MS) return;
    this.#perMs = this.#ended / ms;
    this.#ended = 0;
    this.#since = performance.now();
  }
}
