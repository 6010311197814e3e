/**
 * Who may speak with the router. The protocol has no authentication, so a page of another site could use a browser of
 * this machine: its Origin is refused, and so is a Host by which this machine is not known. An optional token keeps out
 * everyone else.
 */
import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

export interface Access {
  /** The host that the server listens on. */
  readonly host: string;
  /** Origins, beside that of the server, whose pages may connect: `https://example.org`. */
  readonly origins?: readonly string[] | undefined;
  /** What everyone has to show: `Authorization: Bearer …`, or `?token=…`. */
  readonly token?: string | undefined;
}

export interface Refusal {
  readonly status: 401 | 403;
  /** One line. */
  readonly why: string;
}

/** Why the request is refused; undefined when it is not. */
export function refusalOf({ headers, url = "/" }: IncomingMessage, access: Access): Refusal | undefined {
  const { host, origins = [], token } = access;
  if (!isKnownHost(headers.host ?? "", host))
    return { status: 403, why: "the Host header must name this server by an address, or as localhost" };
  const { origin } = headers;
  if (origin !== undefined && !origins.includes(origin) && hostOf(origin) !== headers.host)
    return { status: 403, why: `the origin ${origin} is not allowed` };
  if (token === undefined || isSame(tokenOf(headers.authorization, url), token)) return undefined;
  return { status: 401, why: "expected the token: Authorization: Bearer TOKEN, or ?token=TOKEN" };
}

/** A name of another site may lead to this machine; its pages must not reach the server by it. */
function isKnownHost(header: string, listening: string): boolean {
  const name = header.replace(/:\d+$/, "").toLowerCase();
  return name === "localhost" || name === listening.toLowerCase() || isIP(name.replace(/^\[(.*)\]$/, "$1")) !== 0;
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

function tokenOf(authorization: string | undefined, url: string): string {
  const [, bearer] = /^Bearer (\S+)$/.exec(authorization ?? "") ?? [];
  return bearer ?? new URLSearchParams(url.replace(/^[^?]*/, "")).get("token") ?? "";
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
