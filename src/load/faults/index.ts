/** Faults: of real threads, and under simulated time. */
export { faultInterceptors } from "./fault-interceptors.js";
export { injectFaults, killedEvidence, lossesOf, type FaultInjection, type InjectedFault } from "./inject-faults.js";
export { FAULTS, FAULT_KINDS, type FaultKind, type FaultRates } from "./fault-table.js";
export {
  faultsOf,
  refuseThreadFaults,
  type Faults,
} from "./virtual-faults.js";
