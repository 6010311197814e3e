/** Faults: those of a scenario, on real or simulated threads, and those drawn under simulated time. */
export { faultInterceptors } from "./fault-interceptors.js";
export {
  injectFaults,
  killedEvidence,
  lossesOf,
  type BreakableThread,
  type FaultInjection,
  type InjectedFault,
} from "./inject-faults.js";
export { NetworkFaults, type NetworkFaultTargets } from "./network-faults.js";
export { FAULTS, FAULT_KINDS, type FaultKind, type FaultRates } from "./fault-table.js";
export { faultsOf, type Faults } from "./virtual-faults.js";
