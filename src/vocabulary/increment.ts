/** Adds `by` to the number of `key` in `map`; a key that is not in it counts as 0. */
export function increment<K>(map: Map<K, number>, key: K, by = 1): void {
  map.set(key, (map.get(key) ?? 0) + by);
}
