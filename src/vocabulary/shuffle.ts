import { at } from "./assert.js";

/** Puts the items into a random order (Fisher–Yates). `random` gives numbers from 0 to below 1. */
export function shuffle(items: unknown[], random: () => number): void {
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [items[last], items[other]] = [at(items, other), at(items, last)];
  }
}
