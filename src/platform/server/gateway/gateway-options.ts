/** What a gateway is given. */
import type { AgentStatus } from "../../../vocabulary/index.js";
import type { Database } from "../../db/index.js";
import type { IdSource } from "../../model/index.js";
import type { Reactor } from "../../sync/index.js";
import { limits, type JsonObject } from "../protocol/index.js";
import type { LossDetection } from "../router/index.js";

/** The bounds on what browsers can use of a gateway. */
export interface GatewayLimits {
  readonly sockets: number;
  /** Sockets that have not said yet whose they are. */
  readonly unidentifiedSockets: number;
  /** How long a socket has to say whose it is, ms. */
  readonly identifyWithinMs: number;
  /** How long a socket may be silent, ms. */
  readonly silentMs: number;
  readonly messageBytes: number;
  /** Messages of one socket in a second. */
  readonly messagesASecond: number;
  /** What waits to be sent to one socket, bytes. */
  readonly bufferedBytes: number;
  /** Live updates of one agent that wait for room in its mailbox. */
  readonly waitingUpdates: number;
  /** Live updates of one agent that a page gets again after it was reloaded. */
  readonly pastUpdates: number;
  readonly bodyBytes: number;
  /** HTTP requests that wait for the platform. */
  readonly waitingRequests: number;
  /** How long the platform has to answer an HTTP request, ms. */
  readonly answerWithinMs: number;
  /** Different registrations: there are units, and slots in shared memory, for so many workers. */
  readonly registrations: number;
  /** Files of one submit, the bytes of each, of all of them, and of all files of the run. */
  readonly files: number;
  readonly fileBytes: number;
  readonly uploadBytes: number;
  readonly storedBytes: number;
}

export const DEFAULT_LIMITS: GatewayLimits = {
  sockets: 12_000,
  unidentifiedSockets: 4000,
  identifyWithinMs: 10_000,
  silentMs: 600_000,
  messageBytes: limits.CLIENT_MESSAGE_BYTES,
  messagesASecond: 500,
  bufferedBytes: 1 << 20,
  waitingUpdates: 200,
  pastUpdates: 500,
  bodyBytes: limits.JSON_BODY_BYTES,
  waitingRequests: 20_000,
  answerWithinMs: 30_000,
  registrations: 1000,
  files: 20,
  fileBytes: 10 << 20,
  uploadBytes: 50 << 20,
  storedBytes: 1 << 30,
};

/** Who may use a gateway. The protocol itself has no authentication. */
export interface GatewayAccess {
  /** Names by which it may be asked, besides addresses and `localhost`. */
  readonly hosts: readonly string[];
  /** Origins of pages that may use it, besides its own. */
  readonly origins: readonly string[];
  /** Asked of every request if there is one: as `?token=`, in a cookie, or as `Authorization: Bearer`. */
  readonly token: string | undefined;
}

export type GatewayCounter =
  /** A packet or a request that is malformed, too large, or not its sender's to send. */
  | "peer_input_refused"
  /** A connection, a registration or a request that is beyond a limit or not allowed. */
  | "connections_refused"
  /** A socket that was closed because its peer was too slow, too fast, silent, or did not say whose it is. */
  | "connections_cut";

export interface GatewayObserver {
  count(name: GatewayCounter): void;
  /** A live update was passed on to the platform; `number` counts those of the agent. */
  updateSent(agentId: string, number: number): void;
  /** The platform has acknowledged a submit. */
  submitAcknowledged(agentId: string): void;
  /** The platform has sent a status of the agent, which is committed. */
  statusSent(agentId: string, status: AgentStatus): void;
}

/** What had no answer, and who was there, when a gateway was closed. */
export interface InFlight {
  readonly sockets: number;
  /** Agents that had not ended. */
  readonly agents: number;
  /** HTTP requests without an answer. */
  readonly requests: number;
  /** Live updates that the platform had not accepted. */
  readonly updates: number;
}

export interface GatewayOptions {
  readonly reactor: Reactor;
  readonly ids: IdSource;
  /** ms since the epoch. */
  readonly wallClock: () => number;
  readonly db: Pick<Database, "getAgent" | "getOnboardingAgent">;
  readonly observer: GatewayObserver;
  readonly detection: LossDetection;
  /** With detection `close`: how long a client may take to come back, ms. */
  readonly graceMs: number;
  /** The most bytes of a live update in an agent's mailbox. */
  readonly updateBytes: number;
  readonly limits: GatewayLimits;
  readonly access: GatewayAccess;
  /** What `task_config.json` says. */
  readonly taskConfig: JsonObject;
  /** What a page is given with its unit. */
  readonly taskData: JsonObject;
  /** The folder of the pages; `index.html` is served for the root. */
  readonly pages: string;
  /** Where uploaded files go. */
  readonly filesDirectory: string;
}
