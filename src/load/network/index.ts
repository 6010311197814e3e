/** Simulated workers against a task that is not of this process: dialects, and the workers' end of the network. */
export { checkTarget } from "./check-target.js";
export { Conversation } from "./conversation.js";
export {
  DialectError,
  defineDialect,
  dialectOf,
  type Dialect,
  type DialectData,
  type PendingUpdate,
  type PlannedUpdate,
  type ReplyContext,
  type ReplyTo,
} from "./dialects/index.js";
export { HttpClient } from "./http-client.js";
export { NetworkNotes, type NetworkFailure, type NetworkNotesReport } from "./network-notes.js";
export { NetworkRouter } from "./network-router.js";
export { networkTargetOf, openDialect, socketOptionsOf, socketUrlOf, type NetworkTarget } from "./network-target.js";
export { Scraper, parsePrometheus, type ScrapedMetrics } from "./scraper.js";
export { TargetDatabase } from "./target-database.js";
export { isLoopback, readTargetUrl, resolveTarget } from "./target-address.js";
export { TargetAddressError, TargetError } from "./target-error.js";
export { TimerDriver } from "./timer-driver.js";
export { toRouterOf } from "./channel-messages.js";
export { ChannelRouter } from "./channel-router.js";
export { SimulatedPages } from "./simulated-pages.js";
