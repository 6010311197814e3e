/** The address of a target: read, resolved once, and refused when it is remote and `--allow-remote` is missing. */
import { lookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import { TargetAddressError, TargetError } from "./target-error.js";

export interface TargetAddress {
  /** `http://host:port/prefix`, without a slash at its end. */
  readonly url: string;
  /** The host's address, so that it is looked up once. */
  readonly ip: string;
  readonly family: 4 | 6;
}

const SCHEMES: Readonly<Record<string, string>> = {
  "http:": "http:",
  "https:": "https:",
  "ws:": "http:",
  "wss:": "https:",
};

/**
 * The URL of a target as it was typed, with the scheme of HTTP.
 * @throws {TargetAddressError} when it is no address of a server
 */
export function readTargetUrl(text: string): URL {
  const expected = "expected a URL such as http://127.0.0.1:3000";
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = url === undefined ? undefined : SCHEMES[url.protocol];
  if (url === undefined || scheme === undefined || url.host === "")
    throw new TargetAddressError(`invalid target ${JSON.stringify(text)}: ${expected}`);
  if (url.username !== "" || url.password !== "")
    throw new TargetAddressError(
      "the target's URL has a user name or a password: it would be in the run's results; leave it out",
    );
  if (url.search !== "" || url.hash !== "")
    throw new TargetAddressError(`invalid target ${JSON.stringify(text)}: ${expected}, without ? and #`);
  return new URL(`${scheme}//${url.host}${url.pathname.replace(/\/+$/, "")}`);
}

/** Whether `ip` is an address of this machine that no other can reach. */
export function isLoopback(ip: string): boolean {
  return /^127\./.test(ip) || ip === "::1" || /^::ffff:127\./i.test(ip);
}

/**
 * Resolves the host of `url`.
 * @throws {TargetError} when it has no address
 * @throws {TargetAddressError} when it is not of this machine and `allowRemote` is not set
 */
export async function resolveTarget(url: URL, allowRemote: boolean): Promise<TargetAddress> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  let found: { readonly address: string; readonly family: number };
  try {
    found = isIP(host) === 0 ? await lookup(host) : { address: host, family: isIP(host) };
  } catch {
    throw new TargetError(`${url.origin}: the host ${host} is not known`);
  }
  const { address: ip, family } = found;
  if (!isLoopback(ip) && !allowRemote)
    throw new TargetAddressError(
      `${url.origin} (${ip}) is another machine: a run would register workers there and send to it; add --allow-remote ` +
        `if it is yours to load`,
    );
  return { url: `${url.origin}${url.pathname.replace(/\/$/, "")}`, ip, family: family === 6 ? 6 : 4 };
}

/** Finds the address that was resolved, whatever is asked for. */
export function lookupOf({ ip, family }: TargetAddress): LookupFunction {
  return (_host, options, done) => {
    if (options.all === true) done(null, [{ address: ip, family }]);
    else done(null, ip, family);
  };
}
