/** Faults: of real threads, and under simulated time. */
export { faultInterceptors } from "./fault-interceptors.js";
export { injectFaults, killedEvidence, lossesOf, type FaultInjection, type InjectedFault } from "./inject-faults.js";
export {
  FAULTS,
  FAULT_KINDS,
  faultsOf,
  refuseThreadFaults,
  type FaultKind,
  type FaultRates,
  type Faults,
} from "./virtual-faults.js";
