/** Durations as text, in scenarios and thresholds. */
import { at } from "./assert.js";

/** In µs, so that the computation uses whole numbers: 1005us is 1.005 ms, but 1005 * 0.001 is greater. */
const US_PER_UNIT = { us: 1, µs: 1, ms: 1000, s: 1e6, m: 6e7, h: 3.6e9 } as const;

/** The number of microseconds of a `unit`; undefined when it is not a unit of time. */
export function usPerUnit(unit: string): number | undefined {
  return Object.hasOwn(US_PER_UNIT, unit) ? US_PER_UNIT[unit as keyof typeof US_PER_UNIT] : undefined;
}

/** The text that {@link parseDuration} accepts. */
export const DURATION_PATTERN = /^(?:\d+(?:\.\d+)?(?:us|µs|ms|s|m|h))+$/;
const PART = /(\d+(?:\.\d+)?)(us|µs|ms|s|m|h)/g;

/**
 * Parses a duration in k6's notation, such as `250ms` or `1m30s`: numbers with units, which are added up. Returns ms,
 * rounded to whole microseconds; `undefined` when `text` is not a duration (no unit, an unknown unit, a sign, a space).
 */
export function parseDuration(text: string): number | undefined {
  if (!DURATION_PATTERN.test(text)) return undefined;
  let us = 0;
  for (const part of text.matchAll(PART))
    us += Number(at(part, 1)) * US_PER_UNIT[at(part, 2) as keyof typeof US_PER_UNIT];
  return Math.round(us) / 1000;
}

/** The units of time, for error messages. */
export const TIME_UNITS = "us, ms, s, m, h";
