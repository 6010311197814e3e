/** Durations as people write them, `250ms` or `1m30s` (k6's notation), and as the program counts them, in ms. */

const MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
/** What {@link parseDuration} reads. */
export const DURATION_PATTERN = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/;
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h)/g;

/** The nearest whole microsecond to `ms`, in ms. Plans hold no finer times, so that their encoding is exact. */
export function toMicrosecond(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

/**
 * Reads a duration: numbers with a unit (`ms`, `s`, `m`, `h`), several of them summed. Returns ms, on whole microseconds;
 * `undefined` when `text` is not a duration (no unit, a sign, an unknown unit, spaces).
 */
export function parseDuration(text: string): number | undefined {
  if (!DURATION_PATTERN.test(text)) return undefined;
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(PART)) ms += Number(amount) * (MS[unit ?? ""] ?? Number.NaN);
  return toMicrosecond(ms);
}

/** Writes `ms` for people, in the largest unit that keeps it short: `250ms`, `1.5s`, `2m`, `1h`. Reads back exactly. */
export function formatDuration(ms: number): string {
  for (const unit of ["h", "m", "s"]) {
    const size = MS[unit] ?? Number.NaN;
    if (ms >= size && (ms * 10) % size === 0) return `${ms / size}${unit}`;
  }
  return `${ms}ms`;
}
