/** Durations as the program counts them, in ms, and as it writes them for people; `parseDuration` reads them. */

const UNITS = { h: 3_600_000, m: 60_000, s: 1_000 } as const;

/** The nearest whole microsecond to `ms`, in ms. Plans hold no finer times, so that their encoding is exact. */
export function toMicrosecond(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

/** Writes `ms` for people, in the largest unit that keeps it short: `250ms`, `1.5s`, `2m`, `1h`. Reads back exactly. */
export function formatDuration(ms: number): string {
  for (const [unit, size] of Object.entries(UNITS)) {
    if (ms >= size && (ms * 10) % size === 0) return `${ms / size}${unit}`;
  }
  return `${ms}ms`;
}
