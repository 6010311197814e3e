/** Which requests the servers of this program answer. */
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

/**
 * Whether the Host header of the request is an address, `localhost` or one of `names`. A page of another site can make
 * a browser send requests to this machine under a name of that site (DNS rebinding). It must not read the answers.
 */
export function hasAllowedHost({ headers: { host = "" } }: IncomingMessage, names: readonly string[] = []): boolean {
  const [, name = ""] = /^(\[[\da-f:.]+\]|[\w.-]+)(?::\d+)?$/i.exec(host) ?? [];
  const known = ["localhost", ...names].map((one) => one.toLowerCase());
  return isIP(name.replace(/^\[(.*)\]$/, "$1")) !== 0 || known.includes(name.toLowerCase());
}
