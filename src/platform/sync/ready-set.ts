/**
 * Which events have something to tell to one thread: a set of small integers in shared memory, as a bitmap with summary
 * levels above it. Any thread adds; the owning thread drains. Adding is idempotent, so the set cannot overflow, and needs
 * no lock and no allocation; draining costs in proportion to what is in it. (epoll's ready list, for events.)
 */
import { exchange, load, or } from "./atomics.js";

/** Words of each level for `capacity` members, the members' own bits first, the single root word last. */
export function readyLevels(capacity: number): number[] {
  const levels: number[] = [];
  let words = capacity;
  do {
    words = Math.ceil(words / 32);
    levels.push(words);
  } while (words > 1);
  return levels;
}

/** How many Int32 words a set of `capacity` members takes. */
export function readyWords(capacity: number): number {
  return readyLevels(capacity).reduce((sum, words) => sum + words, 0);
}

export class ReadySet {
  readonly #cells: Int32Array;
  /** Index of the first word of each level. */
  readonly #starts: number[] = [];
  readonly #capacity: number;

  constructor(cells: Int32Array, start: number, capacity: number) {
    this.#cells = cells;
    this.#capacity = capacity;
    let at = start;
    for (const words of readyLevels(capacity)) {
      this.#starts.push(at);
      at += words;
    }
  }

  /**
   * Puts `member` in. The lowest level is written first and every level is always written: a drain that clears a summary
   * bit before it reads the words below can then miss nothing, even if this thread stops half-way and another adds beside it.
   */
  add(member: number): void {
    let bit = member;
    for (const start of this.#starts) {
      or(this.#cells, start + (bit >>> 5), 1 << (bit & 31));
      bit >>>= 5;
    }
  }

  /** Puts every possible member in. */
  addAll(): void {
    let bits = this.#capacity;
    for (const start of this.#starts) {
      const words = Math.ceil(bits / 32);
      for (let word = 0; word < words; word++) {
        const used = Math.min(32, bits - word * 32);
        or(this.#cells, start + word, 2 ** used - 1);
      }
      bits = words;
    }
  }

  isEmpty(): boolean {
    return load(this.#cells, this.#root()) === 0;
  }

  /** Takes all members out and appends them to `into`, in ascending order. Only the owning thread calls this. */
  drain(into: number[]): void {
    this.#drainWord(this.#starts.length - 1, 0, into);
  }

  #root(): number {
    return this.#starts[this.#starts.length - 1] ?? 0;
  }

  #drainWord(level: number, word: number, into: number[]): void {
    const index = (this.#starts[level] ?? 0) + word;
    let bits = exchange(this.#cells, index, 0);
    while (bits !== 0) {
      const lowest = 31 - Math.clz32(bits & -bits);
      bits &= bits - 1;
      const member = word * 32 + lowest;
      if (level === 0) into.push(member);
      else this.#drainWord(level - 1, member, into);
    }
  }
}
