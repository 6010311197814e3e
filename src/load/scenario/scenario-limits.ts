/** What is more than a run can be: numbers that are slips of the pen, and would end in an error that nobody understands, or never. */

/** Workers of a run: their agents' slots in shared memory, two each, stay within the 4 GiB that a buffer may have. */
export const MAX_WORKERS = 400_000;

/** Live updates of a worker, and whatever else is counted, a worker: no draw is above. */
export const MAX_COUNT = 1_000_000;

/** How long anything may last, ms: 20 days. Timers end at 24.8. */
export const MAX_MS = 480 * 3_600_000;

/** Bytes of a scenario file; the largest that `simulate shrink` writes has a few MiB. */
export const MAX_FILE_BYTES = 1 << 24;

/** Characters of a scenario's name: the directory of a run is called by it, and what it is called has 255 at most. */
export const MAX_NAME = 100;

/** Problems of a scenario that are told; further ones are counted. */
export const MAX_PROBLEMS = 100;

/** Values that the aliases of a YAML file stand for together. */
export const MAX_ALIASED_VALUES = 100_000;

/** Behaviours of a scenario, and qualifications: what is drawn for each worker. */
export const MAX_NAMED = 1000;
