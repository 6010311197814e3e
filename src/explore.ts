/**
 * `crowdstorm/explore`: programs of a few threads, for `simulate explore` to run through every interleaving. {@link define} one,
 * export it from a module, and give the command the module's path.
 *
 * @module
 */
export { MAX_PROGRAM_THREADS, ProgramError, define } from "./explore/index.js";
export type { Env, Finished, Program, ProgramDefinition, ProgramThread, StagedThread } from "./explore/index.js";
