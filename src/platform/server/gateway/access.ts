/** Who is answered: requests that name this machine, from pages of its own, and with the token if there is one. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import type { GatewayAccess } from "./gateway-options.js";

const COOKIE = "gateway_token";

/** Undefined when the request is allowed, otherwise why not. */
export function refusalOf(request: IncomingMessage, access: GatewayAccess): string | undefined {
  if (!asksThisMachine(request, access.hosts))
    return "ask by an address of this machine, or by the name that it was given";
  if (!isOwnOrigin(request, access.origins)) return "pages of other origins are not allowed";
  if (access.token !== undefined && !hasToken(request, access.token)) return "the token is missing or wrong";
  return undefined;
}

/**
 * The header that makes the browser send the token from now on; undefined when the request did not bring one in its
 * address.
 */
export function tokenCookie(request: IncomingMessage, { token }: GatewayAccess): string | undefined {
  if (token === undefined || !isSame(queryToken(request), token)) return undefined;
  return `${COOKIE}=${encodeURIComponent(token)}; Path=/; HttpOnly; SameSite=Strict`;
}

/** A page of another site can make a browser ask this machine by a name of that site's own. */
function asksThisMachine({ headers: { host = "" } }: IncomingMessage, names: readonly string[]): boolean {
  const [, name = ""] = /^(\[[\da-f:.]+\]|[\w.-]+)(?::\d+)?$/i.exec(host) ?? [];
  const known = ["localhost", ...names].map((one) => one.toLowerCase());
  return isIP(name.replace(/^\[(.*)\]$/, "$1")) !== 0 || known.includes(name.toLowerCase());
}

/** Browsers name the origin of a page that opens a WebSocket, or posts; other programs name none. */
function isOwnOrigin({ headers: { origin, host = "" } }: IncomingMessage, origins: readonly string[]): boolean {
  if (origin === undefined) return true;
  return origin === `http://${host}` || origin === `https://${host}` || origins.includes(origin);
}

function hasToken(request: IncomingMessage, token: string): boolean {
  const [, bearer] = /^Bearer (.+)$/.exec(request.headers.authorization ?? "") ?? [];
  return [bearer, cookieToken(request), queryToken(request)].some((given) => isSame(given, token));
}

function cookieToken({ headers: { cookie = "" } }: IncomingMessage): string | undefined {
  const [, value] = new RegExp(`(?:^|; )${COOKIE}=([^;]*)`).exec(cookie) ?? [];
  try {
    return value === undefined ? undefined : decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

function queryToken({ url = "" }: IncomingMessage): string | undefined {
  return new URLSearchParams(url.replace(/^[^?]*\??/, "")).get("token") ?? undefined;
}

/** Takes the same time whatever is given. */
function isSame(given: string | undefined, token: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return given !== undefined && timingSafeEqual(digest(given), digest(token));
}
