/** The connection of this process to Redis, and what BullMQ needs for connections of its own. */
import { isIP } from "node:net";
import type { ConnectionOptions } from "bullmq";
import type { Redis } from "ioredis";
import { messageOf, whySystemFailed } from "../vocabulary/index.js";
import { DistributedError } from "./errors.js";
import { loadPackages, type RedisPackages } from "./load-packages.js";
import type { RedisAddress } from "./redis-address.js";

/** A Redis server that this process is connected to. */
export interface RedisServer {
  readonly address: RedisAddress;
  readonly bullmq: RedisPackages["bullmq"];
  /** For commands. While Redis is away, a command waits; after {@link COMMAND_TIMEOUT_MS} it fails. */
  readonly client: Redis;
  /** For BullMQ, with {@link PREFIX}. While Redis is away, BullMQ waits for it. */
  readonly connection: ConnectionOptions;
  /** Ends the connection of `client`. */
  close(): void;
}

export interface ConnectOptions {
  /** What needs Redis, for messages: `simulate worker`. */
  readonly what: string;
  /** Called with a line when the connection is lost, and when it is back. */
  readonly log: (line: string) => void;
}

/** All keys begin with it. It is the prefix of BullMQ's keys, too. */
export const PREFIX = "crowdstorm";

/** The time after which a command has failed, ms. */
export const COMMAND_TIMEOUT_MS = 10_000;
/** The time for the first connection, ms. */
const CONNECT_TIMEOUT_MS = 10_000;
/** The longest time between two attempts to connect again, ms. */
const RETRY_MS = 500;
/** BullMQ's own minimum for all that is used here. */
const MIN_VERSION = [6, 2] as const;

/**
 * Connects to Redis and checks that it can hold jobs.
 * @throws {DistributedError} when BullMQ is not installed, Redis is not reachable, refuses the password, is too old, or
 * is configured so that it loses keys
 */
export async function connectRedis(address: RedisAddress, { what, log }: ConnectOptions): Promise<RedisServer> {
  const { bullmq, Redis } = await loadPackages(what);
  let connected = false;
  const options = {
    host: address.host,
    port: address.port,
    db: address.database,
    connectTimeout: CONNECT_TIMEOUT_MS,
    ...(address.username !== undefined && { username: address.username }),
    ...(address.password !== undefined && { password: address.password }),
    ...(address.tls && { tls: isIP(address.host) === 0 ? { servername: address.host } : {} }),
    maxRetriesPerRequest: null,
    retryStrategy: (times: number) => (connected ? Math.min(50 * times, RETRY_MS) : null),
  };
  const client = new Redis({ ...options, lazyConnect: true, commandTimeout: COMMAND_TIMEOUT_MS });
  let lastError: unknown;
  client.on("error", (error: unknown) => (lastError = error));
  try {
    await client.connect();
    await checkServer(client, address);
  } catch (error) {
    client.disconnect();
    throw error instanceof DistributedError ? error : cannotUse(address, lastError ?? error);
  }
  connected = true;
  const endReports = reportOutages(client, address, log);
  return {
    address,
    bullmq,
    client,
    connection: { ...options, skipVersionCheck: true },
    close() {
      endReports();
      client.disconnect();
    },
  };
}

/** Returns what ends the reports, before the connection is closed on purpose. */
function reportOutages(client: Redis, { shown }: RedisAddress, log: (line: string) => void): () => void {
  let isAway = false;
  const closed = (): void => {
    if (!isAway) log(`connection to ${shown} lost: trying again`);
    isAway = true;
  };
  client.on("close", closed);
  client.on("ready", () => {
    if (isAway) log(`connected to ${shown} again`);
    isAway = false;
  });
  // The line of an outage ends with the program.
  client.on("end", () => client.removeAllListeners());
  return () => client.off("close", closed);
}

/** @throws {DistributedError} when Redis cannot hold jobs */
async function checkServer(client: Redis, { shown }: RedisAddress): Promise<void> {
  const info = await client.info();
  const field = (name: string): string => new RegExp(`^${name}:(.*)$`, "m").exec(info)?.[1]?.trim() ?? "";
  const version = field("redis_version");
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < MIN_VERSION[0] || (major === MIN_VERSION[0] && minor < MIN_VERSION[1]))
    throw new DistributedError(`${shown} is Redis ${version}: expected ${MIN_VERSION.join(".")} or later`);
  const policy = field("maxmemory_policy");
  if (policy !== "" && policy !== "noeviction")
    throw new DistributedError(
      `${shown} removes keys when its memory is full (maxmemory-policy ${policy}): expected noeviction`,
    );
  if (field("role") === "slave")
    throw new DistributedError(`${shown} is a replica: expected a Redis that can be written`);
}

/** Whether a command failed because Redis is away, which the connection reports. */
export function isOutage(error: unknown): boolean {
  return /timed out|connection is closed/i.test(messageOf(error));
}

function cannotUse({ shown }: RedisAddress, error: unknown): DistributedError {
  const isOfSystem = typeof (error as NodeJS.ErrnoException).errno === "number";
  const why = isOfSystem ? whySystemFailed(error) : messageOf(error);
  return new DistributedError(`cannot use ${shown}: ${why}`, { cause: error });
}
