/** How schedules are chosen. This file imports nothing: the command line loads it for `--help`. */

export const STRATEGIES = ["exhaustive", "pct", "random"] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** What an exhaustive exploration covers: the orders of dependent operations, or the states that they lead to. */
export const COVERAGES = ["traces", "states"] as const;
export type Coverage = (typeof COVERAGES)[number];
