/** The address of a Redis server, from the URL that the user gives. */
import { RedisUrlError } from "./errors.js";

/** Where a Redis server is, and with which password. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly database: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /**
   * Whether the connection is encrypted (`rediss:`). The certificate is checked; NODE_EXTRA_CA_CERTS adds authorities.
   */
  readonly tls: boolean;
  /** The URL for messages: without user name and password. */
  readonly shown: string;
}

const EXPECTED = "a URL such as redis://host:6379, redis://host:6379/2 for database 2, or rediss://host for TLS";
const DEFAULT_PORT = 6379;
const MAX_DATABASE = 65_535;

/**
 * Parses the URL of a Redis server. Percent-encoded characters of user name and password are decoded. When the URL has
 * no password, it is `REDIS_PASSWORD` of `env`, which no list of processes shows.
 * @throws {RedisUrlError} whose message has no password
 *
 * @example
 * parseRedisUrl("rediss://:s3cret@queue.example:6380/2", {}).shown; // rediss://queue.example:6380/2
 */
export function parseRedisUrl(text: string, env: NodeJS.ProcessEnv): RedisAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["redis:", "rediss:"].includes(url.protocol) || url.hostname === "") throw refused(text);
  if (url.search !== "" || url.hash !== "") throw refused(text);
  const database = /^\/?(\d*)$/.exec(url.pathname)?.[1];
  if (database === undefined || Number(database) > MAX_DATABASE) throw refused(text);
  const port = url.port === "" ? DEFAULT_PORT : Number(url.port);
  const password = decoded(url.password, text) ?? env["REDIS_PASSWORD"];
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port,
    database: Number(database),
    username: decoded(url.username, text),
    password: password === "" ? undefined : password,
    tls: url.protocol === "rediss:",
    shown: `${url.protocol}//${url.hostname}:${port}${Number(database) === 0 ? "" : `/${Number(database)}`}`,
  };
}

function decoded(part: string, text: string): string | undefined {
  if (part === "") return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    throw refused(text);
  }
}

/** Host and port, with a scheme or a path. Any other text is not quoted: it can contain a password. */
const WITHOUT_PASSWORD = /^(\w+:\/\/)?[\w.-]*(:\d+)?(\/[\w.-]*)?$/;

function refused(text: string): RedisUrlError {
  const quoted = WITHOUT_PASSWORD.test(text) ? ` "${text}"` : "";
  return new RedisUrlError(`invalid value${quoted} for --redis: expected ${EXPECTED}`);
}
