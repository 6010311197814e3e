/**
 * Explores every interleaving of the real event code: a program's threads run one at a time, and at each operation on
 * shared memory the explorer chooses the next. `define` makes programs; the rest executes them.
 */
export { COVERAGES, STRATEGIES, type Coverage, type Strategy } from "./strategies.js";
export {
  describeFailure,
  explore,
  failureOf,
  type Exploration,
  type ExplorationTally,
  type ExploreOptions,
} from "./exploration.js";
export type { Branch } from "./kernel/schedule-search.js";
export {
  NoSuchProgramError,
  OWN_PROGRAMS,
  loadProgram,
  moduleAt,
  programsOf,
  type ProgramSource,
} from "./kernel/load-program.js";
export {
  MAX_PROGRAM_THREADS,
  ProgramError,
  define,
  isProgram,
  type Env,
  type Finished,
  type Program,
  type ProgramDefinition,
  type ProgramThread,
  type StagedThread,
} from "./kernel/program.js";
export { UncontrolledProgramError, openSession, type Session, type SessionOptions } from "./kernel/session.js";
export { ScheduleFormatError, parseProgress, parseSchedule, type ExplorationProgress } from "./kernel/schedule-file.js";
export {
  contextSwitches,
  describeSteps,
  framesOf,
  isOfOwnProgram,
  scheduleLines,
  threadsOf,
  type FailingSchedule,
  type ScheduleLine,
  type ScheduleStep,
} from "./kernel/schedule.js";
export { sampleBlock, type SampledBlock } from "./sampling/sample-block.js";
export { hashFirstExecution } from "./kernel/hash-first-execution.js";
export { replaySchedule } from "./kernel/replay-schedule.js";
export { renderSchedule } from "./kernel/render-schedule.js";
