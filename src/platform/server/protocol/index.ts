/**
 * Mephisto's protocol between browsers, router and backend: packets, HTTP endpoints, times, ids, failure reasons,
 * limits. Reading gives a value or one reason, and never throws on what a peer sent.
 */
export {
  ANSWERS,
  ENDPOINTS,
  formatLogError,
  formatRequestAgent,
  formatSubmitMetadata,
  formatSubmitOnboarding,
  formatSubmitTask,
  parseAgentDetailsAnswer,
  parseLogError,
  parseRequestAgent,
  parseStatusAnswer,
  parseSubmitMetadata,
  parseSubmitMetadataForm,
  parseSubmitOnboarding,
  parseSubmitTask,
  parseSubmitTaskForm,
  parseTaskConfig,
  type FormFields,
  type LogErrorBody,
  type ProviderData,
  type RequestAgentBody,
  type SubmitMetadataBody,
  type SubmitOnboardingBody,
  type SubmitTaskBody,
} from "./endpoints.js";
export { FAILURE_REASONS, failureKindOf, type FailureKind } from "./failure-reasons.js";
export * as limits from "./limits.js";
export {
  formatPacket,
  parsePacket,
  readPacket,
  updateIdOf,
  WIRE_PACKET_TYPES,
  type AgentDetails,
  type HeartbeatAnswer,
  type HeartbeatPacket,
  type MalformedPacket,
  type WireData,
  type WirePacket,
  type WirePacketType,
  type WireTimes,
} from "./packets.js";
export { isId, isJsonObject, malformed, parseAs, parsed, parseJson, type JsonObject, type Parsed } from "./parsed.js";
export { isWireTime, msOf, secondsOf } from "./times.js";
