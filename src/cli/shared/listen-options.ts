/** `--listen`: a run in which the program is the router between simulated workers and a Mephisto backend. */
import { isIP } from "node:net";
import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { parseDuration } from "../../vocabulary/index.js";
import { tokenOption } from "./shared-options.js";
import { invalidValue, UsageError } from "./usage-error.js";

export interface ListenArguments {
  readonly listen?: string | undefined;
  readonly "backend-timeout"?: string | undefined;
  readonly token?: string | undefined;
  readonly origin?: string | undefined;
  readonly page?: string | undefined;
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
  /** Better in the environment: SIMULATE_LISTEN_TOKEN. */
  token: tokenOption,
  origin: {
    type: "string",
    requiresArg: true,
    describe: "Let pages of this origin connect, beside those of the router: https://example.org",
  },
  page: {
    type: "string",
    requiresArg: true,
    describe: "A folder with the pages of your task (index.html)",
  },
} as const;

export interface ListenChoices {
  readonly host: string;
  readonly port: number;
  readonly backendTimeoutMs: number;
  readonly token: string | undefined;
  readonly origins: readonly string[];
  readonly files: string | undefined;
}

/**
 * What the arguments say; undefined without `--listen`.
 * @throws {UsageError} for a value that is not valid
 */
export function listenChoices(
  args: ListenArguments & { readonly "allow-remote": boolean },
  environmentToken: string | undefined,
): ListenChoices | undefined {
  const { listen, token = environmentToken, origin, page } = args;
  if (listen === undefined) {
    const lone = (["backend-timeout", "token", "origin", "page"] as const).find((name) => args[name] !== undefined);
    if (lone !== undefined) throw new UsageError(`--${lone} requires --listen`);
    return undefined;
  }
  const { host, port } = addressFrom(listen);
  if (!isLoopbackHost(host) && !args["allow-remote"])
    throw new UsageError(
      `--listen ${listen} lets other machines connect, and the protocol has no authentication: add --allow-remote to allow it`,
    );
  if (token === "") throw new UsageError("--token must not be empty");
  if (origin !== undefined && (!URL.canParse(origin) || new URL(origin).origin !== origin))
    throw invalidValue("--origin", origin, "an origin such as https://example.org");
  if (page !== undefined && (!existsSync(page) || !statSync(page).isDirectory()))
    throw invalidValue("--page", page, "a directory");
  const timeoutText = args["backend-timeout"] ?? BACKEND_TIMEOUT;
  const backendTimeoutMs = parseDuration(timeoutText);
  if (backendTimeoutMs === undefined || backendTimeoutMs <= 0)
    throw invalidValue("--backend-timeout", timeoutText, 'a duration above 0 with a unit, such as "30s" or "2m"');
  return {
    host,
    port,
    backendTimeoutMs,
    token,
    origins: origin === undefined ? [] : [origin],
    files: page === undefined ? undefined : resolve(page),
  };
}

/** `HOST:PORT`, `[IPv6]:PORT`, or `PORT` of this machine. */
function addressFrom(text: string): { readonly host: string; readonly port: number } {
  const [, address, name, digits = ""] = /^(?:\[([\da-f:.]+)\]:|([\w.-]+):)?(\d{1,5})$/i.exec(text) ?? [];
  const port = Number(digits);
  if (digits === "" || port > 65_535 || (address !== undefined && isIP(address) !== 6))
    throw invalidValue("--listen", text, "HOST:PORT such as 127.0.0.1:3000");
  return { host: address ?? name ?? "127.0.0.1", port };
}

function isLoopbackHost(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\./.test(host);
}
