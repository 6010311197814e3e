/**
 * Every interleaving of real event code: a program's threads run one at a time under a schedule that the explorer chooses at
 * each operation on shared memory. `define` is for writing programs, the rest for running them.
 */
export {
  explore,
  describeFailure,
  failureOf,
  STRATEGIES,
  type Exploration,
  type ExploreOptions,
  type Strategy,
  type ExplorationTally,
} from "./exploration.js";
export type { Branch } from "./exhaustive.js";
export {
  loadProgram,
  moduleAt,
  NoSuchProgramError,
  OWN_PROGRAMS,
  programsOf,
  type ProgramSource,
} from "./load-program.js";
export {
  COVERAGES,
  define,
  isProgram,
  MAX_PROGRAM_THREADS,
  ProgramError,
  type Coverage,
  type Env,
  type Finished,
  type Program,
  type ProgramDefinition,
  type ProgramThread,
  type StagedThread,
} from "./program.js";
export { openSession, UncontrolledProgramError, type Session, type SessionOptions } from "./session.js";
export { parseProgress, parseSchedule, ScheduleFormatError, type ExplorationProgress } from "./schedule-file.js";
export {
  contextSwitches,
  describeSteps,
  isOfOwnProgram,
  threadsOf,
  type FailingSchedule,
  type ScheduleStep,
} from "./schedule.js";
export { replaySchedule } from "./replay-schedule.js";
export { renderSchedule } from "./render-schedule.js";
