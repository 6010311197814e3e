/** Durations as people write them in scenarios and thresholds. */

const MS_PER_UNIT = { us: 0.001, "µs": 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** How many ms one of `unit` is, undefined when it is no unit of time. */
export function msPerUnit(unit: string): number | undefined {
  return Object.hasOwn(MS_PER_UNIT, unit) ? MS_PER_UNIT[unit as keyof typeof MS_PER_UNIT] : undefined;
}

/** The units of time, for error messages. */
export const TIME_UNITS = "us, ms, s, m, h";
