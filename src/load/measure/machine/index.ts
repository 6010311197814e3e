/** What a run and others use of the machine's cores, and whether others took it from the run. */
export { cpuUseOf, partOfThread, type CpuPart, type CpuUse, type ThreadUse } from "./cpu-use.js";
export { openMachine, type MachineReader, type MachineReading } from "./machine-reading.js";
export { useOf, sharesOf, type MachineInterval, type MachineShares, type MachineUse } from "./machine-use.js";
export { BUSY_BOUND, busyWarning, judgeMachine, TAKEN_BOUND, type MachineVerdict } from "./machine-verdict.js";
export {
  watchMachine,
  type MachineRecord,
  type MachineSoFar,
  type MachineWatch,
  type MachineWatchOptions,
} from "./machine-watch.js";
