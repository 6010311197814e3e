/** `--listen`: a run in which the program is the router between simulated workers and a Mephisto backend. */
import { isLoopbackHost, readListenAddress } from "../../load/run/network/listen-address.js";
import { positiveDuration } from "./numeric-options.js";
import { serverChoices, serverOptions, type ServerArguments, type ServerChoices } from "./server-options.js";
import { invalidValue, UsageError } from "./usage-error.js";

export interface ListenArguments extends ServerArguments {
  readonly listen?: string | undefined;
  readonly "backend-timeout"?: string | undefined;
}

const BACKEND_TIMEOUT = "60s";

export const listenOptions = {
  listen: {
    type: "string",
    requiresArg: true,
    describe: "Be the router at this host and port, such as 127.0.0.1:3000: a Mephisto backend connects to it",
  },
  "backend-timeout": {
    type: "string",
    requiresArg: true,
    describe: `How long to wait for the backend [default: ${BACKEND_TIMEOUT}]`,
  },
  ...serverOptions,
} as const;

export interface ListenChoices extends ServerChoices {
  readonly host: string;
  readonly port: number;
  readonly backendTimeoutMs: number;
}

/**
 * What the arguments say; undefined without `--listen`.
 * @throws {UsageError} for a value that is not valid
 */
export function listenChoices(args: ListenArguments & { readonly "allow-remote": boolean }): ListenChoices | undefined {
  const { listen } = args;
  if (listen === undefined) {
    const lone = (["backend-timeout", "token", "allow-origin", "page"] as const).find(
      (name) => args[name] !== undefined,
    );
    if (lone !== undefined) throw new UsageError(`--${lone} requires --listen`);
    return undefined;
  }
  const address = readListenAddress(listen);
  if (address === undefined) throw invalidValue("--listen", listen, "HOST:PORT such as 127.0.0.1:3000");
  const { host, port } = address;
  if (!isLoopbackHost(host) && !args["allow-remote"])
    throw new UsageError(
      `--listen ${listen} lets other machines connect, and the protocol has no authentication: add --allow-remote to allow it`,
    );
  const backendTimeoutMs = positiveDuration("backend-timeout", args["backend-timeout"] ?? BACKEND_TIMEOUT);
  return { host, port, backendTimeoutMs, ...serverChoices(args) };
}
