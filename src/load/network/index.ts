/** Simulated workers against a task that is not of this process: dialects, and the workers' end of the network. */
export { Conversation, type Received, type ReceivedKind } from "./conversation.js";
export {
  DialectError,
  defineDialect,
  dialectOf,
  loadDialect,
  type Dialect,
  type DialectData,
  type PendingUpdate,
  type PlannedUpdate,
  type ReplyContext,
  type ReplyTo,
} from "./dialects/index.js";
