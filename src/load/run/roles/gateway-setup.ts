/** What the gateway's thread is given, and what it tells the coordinator. */
import type { GatewayAccess, GatewayLimits, InFlight } from "../../../platform/server/gateway/index.js";
import type { JsonObject } from "../../../platform/server/protocol/index.js";
import type { LossDetection } from "../../../platform/server/router/index.js";

/** What the thread is given, as plain data. */
export interface GatewaySetup {
  readonly host: string;
  /** 0: any port that is free. */
  readonly port: number;
  readonly detection: LossDetection;
  readonly graceMs: number;
  readonly limits: GatewayLimits;
  readonly access: GatewayAccess;
  readonly taskConfig: JsonObject;
  readonly taskData: JsonObject;
  /** The folder of the pages. */
  readonly pages: string;
  readonly filesDirectory: string;
  /** Bytes of an agent's mailbox. */
  readonly ringBytes: number;
  /** The run's clock plus this is the time since the epoch, ms. */
  readonly epochOffsetMs: number;
}

/** What a role tells the coordinator while the run goes on. */
export type RoleNotice =
  | { readonly kind: "listening"; readonly url: string }
  /** The gateway has closed its sockets: what had no answer then. */
  | { readonly kind: "closed"; readonly inFlight: InFlight };

/** The id of the gateway's channel. */
export const GATEWAY_CHANNEL = "gateway";
