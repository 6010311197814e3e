/** The platform's server for browsers, behind Mephisto's protocol. */
export { Gateway } from "./gateway.js";
export {
  DEFAULT_LIMITS,
  type GatewayAccess,
  type GatewayCounter,
  type GatewayLimits,
  type GatewayObserver,
  type GatewayOptions,
  type InFlight,
} from "./gateway-options.js";
