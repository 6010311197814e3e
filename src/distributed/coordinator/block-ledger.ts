/**
 * Which blocks of a job there are, and which results have been collected. A block can be executed many times, since
 * worker processes and Redis can be lost at any moment; its result is collected once.
 */
import { assert } from "../../vocabulary/index.js";
import { DistributedError } from "../errors.js";
import type { Block } from "../messages.js";

/** A collected block: its result has this SHA-256. */
export interface CollectedBlock extends Block {
  readonly digest: string;
}

/** What an arrived result is: the first of its block, one more of it, or of a block that this job never had. */
export type Arrival = "first" | "duplicate" | "unknown";

export function blockId({ first, last }: Block): string {
  return `${first}-${last}`;
}

export function sizeOf({ first, last }: Block): number {
  return last - first + 1;
}

export class BlockLedger {
  /** The places that no block has yet, in order. */
  readonly #gaps: Block[];
  readonly #open = new Map<string, Block>();
  /** The digests of collected blocks, by their ids. */
  readonly #collected = new Map<string, string>();
  #done = 0;
  readonly #total: number;

  /** `collected`: what an earlier coordinator of the job collected. Blocks of `range` do not overlap. */
  constructor(range: Block, collected: readonly CollectedBlock[] = []) {
    this.#total = sizeOf(range);
    this.#gaps = [];
    let next = range.first;
    for (const block of [...collected].sort((a, b) => a.first - b.first)) {
      assert(block.first >= next && block.last <= range.last, "collected blocks are in the range and do not overlap");
      if (block.first > next) this.#gaps.push({ first: next, last: block.first - 1 });
      next = block.last + 1;
      this.#collected.set(blockId(block), block.digest);
      this.#done += sizeOf(block);
    }
    if (next <= range.last) this.#gaps.push({ first: next, last: range.last });
  }

  /** Collected places. */
  get done(): number {
    return this.#done;
  }

  get isWhole(): boolean {
    return this.#done === this.#total;
  }

  /** The number of places that no block has yet. */
  get uncut(): number {
    return this.#gaps.reduce((sum, gap) => sum + sizeOf(gap), 0);
  }

  /** Blocks without a result. */
  get open(): ReadonlyMap<string, Block> {
    return this.#open;
  }

  /** A new block of at most `size` places, the lowest that no block has; undefined when all have one. */
  cut(size: number): Block | undefined {
    const [gap] = this.#gaps;
    if (gap === undefined) return undefined;
    const block = { first: gap.first, last: Math.min(gap.last, gap.first + size - 1) };
    if (block.last === gap.last) this.#gaps.shift();
    else this.#gaps[0] = { first: block.last + 1, last: gap.last };
    this.#open.set(blockId(block), block);
    return block;
  }

  /**
   * Makes blocks open that an earlier coordinator of the job cut, so that their results can be entered: those of which
   * all places are in a gap.
   */
  adopt(blocks: readonly Block[]): void {
    for (const block of [...blocks].sort((a, b) => a.first - b.first)) {
      const at = this.#gaps.findIndex(({ first, last }) => first <= block.first && block.last <= last);
      const gap = this.#gaps[at];
      if (gap === undefined || block.last < block.first) continue;
      const around = [
        { first: gap.first, last: block.first - 1 },
        { first: block.last + 1, last: gap.last },
      ];
      this.#gaps.splice(at, 1, ...around.filter(({ first, last }) => first <= last));
      this.#open.set(blockId(block), block);
    }
  }

  /** Gives up all open blocks: their places have no block again. */
  release(): void {
    this.#gaps.push(...this.#open.values());
    this.#gaps.sort((a, b) => a.first - b.first);
    this.#open.clear();
  }

  /**
   * Enters the result of a block.
   * @throws {DistributedError} when an earlier result of the block was another one: then the work is not deterministic,
   * and no result can be trusted
   */
  enter(block: Block, digest: string): Arrival {
    const id = blockId(block);
    const before = this.#collected.get(id);
    if (before !== undefined) {
      if (before === digest) return "duplicate";
      throw new DistributedError(
        `${block.first}..${block.last} had two different results (SHA-256 ${before.slice(0, 12)}… and ` +
          `${digest.slice(0, 12)}…): the worker processes do not run the same code`,
      );
    }
    if (!this.#open.delete(id)) return "unknown";
    this.#collected.set(id, digest);
    this.#done += sizeOf(block);
    return "first";
  }
}
