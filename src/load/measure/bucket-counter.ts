/** Counts the times of one interval by their buckets (`buckets.ts`). */
import { at } from "../../vocabulary/index.js";
import { BUCKETS, nonEmptyBuckets, type FilledBuckets } from "./buckets.js";

/**
 * So many bucket numbers are listed before they are counted in the table. To sort more costs more than the table does.
 */
const MOST_LISTED = 256;

/**
 * Bucket numbers are listed first. Most trends of a behaviour and a phase have few times in an interval: these are
 * sorted, and the table of all buckets, whose 176 KB do not fit a processor's cache, is made only for those with many.
 */
export class BucketCounter {
  readonly #list = new Uint16Array(MOST_LISTED);
  #listed = 0;
  #table: Uint32Array | undefined;
  /** Whether the table has counts of the present interval. */
  #isTableInUse = false;

  add(bucket: number): void {
    if (this.#listed === MOST_LISTED) this.#countList();
    this.#list[this.#listed++] = bucket;
  }

  /** What was added since the last call; all of it is in the buckets from `first` to before `end`. */
  take(first: number, end: number): FilledBuckets {
    if (!this.#isTableInUse) {
      const sorted = this.#list.subarray(0, this.#listed).sort();
      this.#listed = 0;
      return countSorted(sorted);
    }
    const table = this.#countList();
    const filled = nonEmptyBuckets(table, first, end);
    table.fill(0, first, end);
    this.#isTableInUse = false;
    return filled;
  }

  #countList(): Uint32Array {
    const table = (this.#table ??= new Uint32Array(BUCKETS));
    for (let place = 0; place < this.#listed; place++) {
      // A hot loop: no `at`. There is a place for every bucket.
      const bucket = this.#list[place] ?? 0;
      table[bucket] = (table[bucket] ?? 0) + 1;
    }
    this.#listed = 0;
    this.#isTableInUse = true;
    return table;
  }
}

function countSorted(sorted: Uint16Array): FilledBuckets {
  const buckets = new Uint16Array(sorted.length);
  const counts = new Uint32Array(sorted.length);
  let filled = 0;
  for (const bucket of sorted) {
    if (filled === 0 || at(buckets, filled - 1) !== bucket) buckets[filled++] = bucket;
    counts[filled - 1] = at(counts, filled - 1) + 1;
  }
  return { buckets: buckets.slice(0, filled), counts: counts.slice(0, filled) };
}
