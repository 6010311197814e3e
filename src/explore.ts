/**
 * `crowdstorm/explore`: programs of a few threads. `simulate explore` executes every interleaving of them. Define one
 * with {@link define}, export it from a module, and give the command the module's path.
 *
 * @module
 */
export { MAX_PROGRAM_THREADS, ProgramError, define } from "./explore/index.js";
export type { Env, Finished, Program, ProgramDefinition, ProgramThread, StagedThread } from "./explore/index.js";
