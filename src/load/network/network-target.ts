/** A target, and how workers speak with it: plain data, from which each thread makes what it needs. */
import type { LookupFunction } from "node:net";
import { createSecureContext } from "node:tls";
import type { ClientOptions } from "ws";
import { limits } from "../../platform/server/protocol/index.js";
import type { Scenario, TargetDialect } from "../scenario/index.js";
import { dialectOf, loadDialect, type Dialect, type RemoteCall } from "./dialects/index.js";
import { lookupOf, type TargetAddress } from "./target-address.js";

export interface NetworkTarget {
  readonly address: TargetAddress;
  readonly client: "direct" | "browser";
  /** How long a request or a handshake may take, ms. */
  readonly timeoutMs: number;
  /** `provider_type` of the registrations. */
  readonly provider: string;
  readonly dialect: DialectSource;
  /** Sent with each request, as `Authorization: Bearer`. It is in no file of the run. */
  readonly token?: string;
}

/** A dialect of the program by its name, or the path of a module that the command line named. */
export type DialectSource = { readonly name: TargetDialect; readonly call?: RemoteCall } | { readonly module: string };

/** What goes into the header of each request and each handshake. */
export function headersOf({ token }: Pick<NetworkTarget, "token">): Readonly<Record<string, string>> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

/** What `scenario` says of a target. */
export function networkTargetOf(
  { target, task }: Scenario,
  address: TargetAddress,
  { dialectModule, token }: { readonly dialectModule?: string | undefined; readonly token?: string | undefined },
): NetworkTarget {
  return {
    address,
    client: target?.client ?? "direct",
    timeoutMs: target?.requestTimeout ?? 30_000,
    provider: target?.provider ?? "mock",
    dialect:
      dialectModule === undefined
        ? {
            name: target?.dialect ?? task.blueprint,
            call: { procedure: target?.procedure, arguments: target?.arguments },
          }
        : { module: dialectModule },
    ...(token !== undefined && { token }),
  };
}

/** @throws {DialectError} when the module cannot be used */
export async function openDialect(source: DialectSource): Promise<Dialect> {
  return "module" in source ? loadDialect(source.module) : dialectOf(source.name, source.call);
}

/** The URL of the WebSockets of `address`. */
export function socketUrlOf({ url }: TargetAddress): string {
  return `${url.replace(/^http/, "ws")}/`;
}

/** The options of a WebSocket, and those that it passes on to its connection. */
export interface SocketOptions extends ClientOptions {
  readonly lookup: LookupFunction;
}

/** What all WebSockets to the target are opened with. */
export function socketOptionsOf(target: NetworkTarget): SocketOptions {
  const { address, timeoutMs } = target;
  return {
    headers: headersOf(target),
    perMessageDeflate: false,
    handshakeTimeout: timeoutMs,
    maxPayload: limits.BACKEND_MESSAGE_BYTES,
    lookup: lookupOf(address),
    // One for all connections: each would otherwise have its own copy of all certificates.
    ...(address.url.startsWith("https:") && { secureContext: createSecureContext() }),
  };
}
