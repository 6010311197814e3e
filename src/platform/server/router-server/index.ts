/** The router of Mephisto's protocol on a port: browsers and a backend connect to it by HTTP and WebSocket. */
export { BackendLink, type BackendLinkOptions } from "./backend-link.js";
export { RouterCore, type Peer, type RouterCoreOptions } from "./router-core.js";
export {
  RouterServer,
  type InFlight,
  type RouterServerEvents,
  type RouterServerOptions,
  type ServerCount,
} from "./router-server.js";
