/** What the servers of this program have in common: who is answered. */
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

/**
 * Whether the request names this machine by an address, as `localhost`, or by one of `names`. A page of another site can make a
 * browser ask this machine by a name of that site's own; it must not read the answer.
 */
export function asksThisMachine({ headers: { host = "" } }: IncomingMessage, names: readonly string[] = []): boolean {
  const [, name = ""] = /^(\[[\da-f:.]+\]|[\w.-]+)(?::\d+)?$/i.exec(host) ?? [];
  const known = ["localhost", ...names].map((one) => one.toLowerCase());
  return isIP(name.replace(/^\[(.*)\]$/, "$1")) !== 0 || known.includes(name.toLowerCase());
}
