/** The URLs of HTTP servers. */
import { isIPv6 } from "node:net";

/** The URL of a server, without a path: `http://127.0.0.1:3000`, `http://[::1]:3000`. */
export function httpUrl(host: string, port: number): string {
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
