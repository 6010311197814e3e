/** The data of the picture of a search for a capacity: each arrival rate once, in ascending order. */

export interface CapacityData {
  /** Arrivals a second. */
  readonly rates: readonly number[];
  /** The medians of the trials of each rate, ms. */
  readonly p50: readonly (number | null)[];
  readonly p95: readonly (number | null)[];
  readonly p99: readonly (number | null)[];
  /** The same, in cores. */
  readonly cores: readonly (number | null)[];
  /** Of the trials of each rate, those that passed, and all. */
  readonly passed: readonly number[];
  readonly trials: readonly number[];
  /** The highest rate that passed for certain, and the lowest that failed for certain. */
  readonly passes: number | null;
  readonly fails: number | null;
  /** The cores of the machine. */
  readonly machineCores: number;
}
