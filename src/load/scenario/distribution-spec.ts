/** Distributions of durations (ms), bytes and counts, as data that can be sent to a worker thread. */

/**
 * A distribution over numbers of 0 or more. `max` cuts larger draws to itself; a negative draw becomes 0.
 * `lognormal` is given by two of its percentiles because those can be read off a real system's figures.
 */
export type DistributionSpec =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "uniform"; readonly min: number; readonly max: number }
  | { readonly kind: "exponential"; readonly mean: number; readonly max?: number | undefined }
  | { readonly kind: "normal"; readonly mean: number; readonly sd: number; readonly max?: number | undefined }
  | { readonly kind: "lognormal"; readonly median: number; readonly p95: number; readonly max?: number | undefined };
