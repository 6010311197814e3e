/** What all rooms share: statuses, ids, formats and checks. Imports nothing of the project. */
export { ONBOARDING_PREFIX, agentIdOf, isOnboardingId } from "./agent-ids.js";
export { AssertionError, assert, at } from "./assert.js";
export { DURATION_PATTERN, TIME_UNITS, parseDuration, usPerUnit } from "./parse-duration.js";
export { AGAIN_VARIABLE, commandLine, COMMAND_VARIABLE, programName } from "./command-line.js";
export { whySystemFailed } from "./errno.js";
export { EXIT } from "./exit-codes.js";
export {
  NETWORK_FAULT_KINDS,
  THREAD_FAULT_KINDS,
  isNetworkFault,
  type NetworkFaultKind,
} from "./fault-kinds.js";
export {
  AGENT_STATUSES,
  FINAL_STATUSES,
  UNIT_STATUSES,
  isFinal,
  type AgentStatus,
  type UnitStatus,
} from "./statuses.js";
export { errorOf, isPlainObject, kindOf, messageOf, textOf } from "./foreign.js";
export {
  bar,
  changeOf,
  formatAgainst,
  formatBound,
  formatCount,
  formatElapsed,
  formatMs,
  formatSeconds,
  formatShare,
  plural,
  workersText,
  type PlannedWorkers,
  sparkline,
  wrap,
} from "./format-figures.js";
export { getOrCreate } from "./get-or-create.js";
export { httpUrl } from "./http-url.js";
export { importModule, withLine } from "./import-module.js";
export { increment } from "./increment.js";
export { InOrder } from "./in-order.js";
export { installRemedy } from "./install-remedy.js";
export { isModule } from "./is-module.js";
export { listenOn } from "./listen-on.js";
export { jsonText } from "./json-text.js";
export { own } from "./own.js";
export { ownFramesOf } from "./own-frames.js";
export { packageVersion, projectFolder } from "./package-version.js";
export { MAX_LEVELS, NotPlainError, plainCopy, type PlainData } from "./plain-data.js";
export { printable, printableData, replaceUnprintable, withoutPasswords } from "./printable.js";
export { quoteForShell } from "./quote-for-shell.js";
export { shuffle } from "./shuffle.js";
export { updateIdFor, updateNumberOf } from "./update-ids.js";
export { threadTimes, timesBetween, timesSince, type ThreadTimes } from "./thread-times.js";
