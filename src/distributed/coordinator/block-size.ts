/** The size of blocks follows the time that they take: a lost block costs little, and so does the way through Redis. */

/** The time that a block should take, ms. */
const TARGET_MS = 1000;
/** How much the next time of a place counts in the mean. */
const WEIGHT = 0.3;
/** The largest growth from one size to the next: the first blocks are slow, as the code is not compiled yet. */
const MAX_GROWTH = 4;

export class BlockSize {
  readonly #most: number;
  #msPerPlace: number | undefined;
  #size = 1;

  /** Blocks have at most `most` places. */
  constructor(most: number) {
    this.#most = most;
  }

  /** A block of `places` took `ms`. */
  measured(places: number, ms: number): void {
    const each = ms / places;
    this.#msPerPlace = this.#msPerPlace === undefined ? each : this.#msPerPlace + WEIGHT * (each - this.#msPerPlace);
    const wanted = TARGET_MS / Math.max(this.#msPerPlace, Number.EPSILON);
    this.#size = Math.max(1, Math.min(this.#most, MAX_GROWTH * this.#size, Math.round(wanted)));
  }

  /** The size of the next block when `left` places have no block yet, and `slots` blocks are executed at a time. */
  next(left: number, slots: number): number {
    // The last blocks are small, so that all slots end together.
    return Math.max(1, Math.min(this.#size, Math.ceil(left / (2 * slots))));
  }
}
