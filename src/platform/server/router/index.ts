/** The router of Mephisto's protocol, without sockets. */
export {
  isWithoutBackend,
  RouterState,
  type DropReason,
  type LossDetection,
  type PendingRequest,
  type RouterOptions,
  type RouterOutput,
} from "./router-state.js";
