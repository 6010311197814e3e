/**
 * The events that are ready for one thread: a set of small integers in shared memory, as a bitmap with summary levels
 * above it. Any thread adds; the owning thread drains. Adding is idempotent, so the set cannot overflow, and needs no
 * lock and no allocation. The cost of draining is proportional to the number of members. (epoll's ready list, for
 * events.)
 */
import { assert } from "../../vocabulary/index.js";
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

/** How many Int32 words a set of `capacity` members has. */
export function readyWords(capacity: number): number {
  return readyLevels(capacity).reduce((sum, words) => sum + words, 0);
}

export class ReadySet {
  readonly #cells: Int32Array;
  /** Index of the first word of each level. */
  readonly #starts: number[] = [];
  /** Index of the root word. */
  readonly #root: number;
  readonly #capacity: number;

  constructor(cells: Int32Array, start: number, capacity: number) {
    this.#cells = cells;
    this.#capacity = capacity;
    let at = start;
    for (const words of readyLevels(capacity)) {
      this.#starts.push(at);
      at += words;
    }
    this.#root = at - 1;
  }

  /**
   * Adds `member`. The lowest level is written first, and every level is always written: a drain clears a summary bit
   * before it reads the words below, so it misses no member, even if this thread stops half-way and another thread adds
   * a member.
   */
  add(member: number): void {
    let bit = member;
    for (const start of this.#starts) {
      or(this.#cells, start + (bit >>> 5), 1 << (bit & 31));
      bit >>>= 5;
    }
  }

  /** Adds all possible members. */
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
    return load(this.#cells, this.#root) === 0;
  }

  /** Removes all members and appends them to `into`, in ascending order. Only the owning thread calls this. */
  drain(into: number[]): void {
    this.#drainWord(this.#starts.length - 1, 0, into);
  }

  #drainWord(level: number, word: number, into: number[]): void {
    const start = this.#starts[level];
    assert(start !== undefined, "a ready set has no such level");
    let bits = exchange(this.#cells, start + word, 0);
    while (bits !== 0) {
      const lowest = 31 - Math.clz32(bits & -bits);
      bits &= bits - 1;
      const member = word * 32 + lowest;
      if (level === 0) into.push(member);
      else this.#drainWord(level - 1, member, into);
    }
  }
}
