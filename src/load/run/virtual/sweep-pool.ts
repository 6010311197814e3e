/** The worker threads of a sweep. */
import { createTaskPool, type TaskPool } from "../task-pool.js";
import type { SeedBlock, SeedResults } from "./sweep-thread.js";

/**
 * The size of the young generation of each thread, MiB: twice the default. Nearly all objects of a run die young, and
 * the larger the young generation, the fewer survive until it is full and have to be copied.
 */
const YOUNG_MIB = 96;

/** Starts the threads. Their tasks are blocks of seeds, which they run one after the other. */
export function createSweepPool(threads: number): TaskPool<SeedBlock, SeedResults> {
  const { href } = new URL("./sweep-thread.js", import.meta.url);
  return createTaskPool(href, threads, { maxYoungGenerationSizeMb: YOUNG_MIB });
}
