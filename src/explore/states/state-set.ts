/**
 * A map from states, by 64-bit hashes, to numbers: open addressing in typed arrays. Two of n states have the same hash
 * with a probability of about n² / 2^65: one in forty million for a million states.
 */
import { assert } from "../../vocabulary/index.js";
import { word } from "../kernel/operation-records.js";

const FIRST_CAPACITY = 1 << 16;

export interface StateSet {
  readonly size: number;
  /** The number of a state; undefined if it is not in the map. */
  get(low: number, high: number): number | undefined;
  /** Sets the number of a state, 0 or greater. */
  put(low: number, high: number, number: number): void;
}

export function createStateSet(): StateSet {
  let capacity = FIRST_CAPACITY;
  let lows = new Int32Array(capacity);
  let highs = new Int32Array(capacity);
  /** -1: free. */
  let numbers = new Int32Array(capacity).fill(-1);
  let size = 0;

  const find = (low: number, high: number): number => {
    let at = (low ^ (high >>> 7)) & (capacity - 1);
    while (numbers[at] !== -1 && (lows[at] !== low || highs[at] !== high)) at = (at + 1) & (capacity - 1);
    return at;
  };
  const place = (low: number, high: number, number: number): void => {
    const at = find(low, high);
    if (numbers[at] === -1) size++;
    lows[at] = low;
    highs[at] = high;
    numbers[at] = number;
  };
  const grow = (): void => {
    const [oldLows, oldHighs, oldNumbers] = [lows, highs, numbers];
    capacity *= 2;
    lows = new Int32Array(capacity);
    highs = new Int32Array(capacity);
    numbers = new Int32Array(capacity).fill(-1);
    size = 0;
    oldNumbers.forEach((number, at) => {
      if (number !== -1) place(word(oldLows, at), word(oldHighs, at), number);
    });
  };

  return {
    get size() {
      return size;
    },
    get: (low, high) => {
      const number = word(numbers, find(low, high));
      return number === -1 ? undefined : number;
    },
    put: (low, high, number) => {
      assert(number >= 0, "the number of a state is negative");
      place(low, high, number);
      if (size * 2 > capacity) grow();
    },
  };
}

/**
 * A part of a state's hash: of `value` at `place`. The hash is the exclusive or of its parts. `seed`: for independent
 * hashes.
 */
export function mix(place: number, value: number, seed: number): number {
  let hash = Math.imul(place + seed, 0x9e3779b1) ^ Math.imul(value, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15) ^ seed, 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return hash ^ (hash >>> 15);
}
