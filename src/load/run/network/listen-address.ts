/** The address at which the router of a run listens, as text. */
import { isIP } from "node:net";

export interface ListenAddress {
  readonly host: string;
  /** 0: any port that is free. */
  readonly port: number;
}

/** Reads `HOST:PORT`, `[IPv6]:PORT`, or `PORT` of this machine; undefined when it is none of them. */
export function readListenAddress(text: string): ListenAddress | undefined {
  const [, address, name, digits = ""] = /^(?:\[([\da-f:.]+)\]:|([\w.-]+):)?(\d{1,5})$/i.exec(text) ?? [];
  const port = Number(digits);
  if (digits === "" || port > 65_535 || (address !== undefined && isIP(address) !== 6)) return undefined;
  return { host: address ?? name ?? "127.0.0.1", port };
}

/** Whether a server at `host` can be reached from this machine alone. */
export function isLoopbackHost(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\./.test(host);
}
