/** Limits of a scenario. Larger numbers are typing errors that would cause an unclear error or an endless run. */

/** Workers of a run: their agents' slots in shared memory, two each, stay within the 4 GiB that a buffer may have. */
export const MAX_WORKERS = 400_000;

/** The largest count of a worker, such as its live updates: no draw is above. */
export const MAX_COUNT = 1_000_000;

/** How long anything may last, ms: 20 days. Timers end at 24.8. */
export const MAX_MS = 480 * 3_600_000;

/** Bytes of a scenario file; the largest that `simulate shrink` writes has a few MiB. */
export const MAX_FILE_BYTES = 1 << 24;

/** Characters of a scenario's name, which is part of the name of a run's directory: that has at most 255. */
export const MAX_NAME = 100;

/** Problems of a scenario that are reported; further ones are counted. */
export const MAX_PROBLEMS = 100;

/** Values that the aliases of a YAML file stand for together. */
export const MAX_ALIASED_VALUES = 100_000;

/** Behaviours of a scenario, and qualifications: what is drawn for each worker. */
export const MAX_NAMED = 1000;
