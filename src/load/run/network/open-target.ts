/**
 * What a run over a network is against: the address of a router, or a router of its own, its dialect, and what is
 * looked at beside it.
 */
import { isIPv6 } from "node:net";
import {
  checkTarget,
  networkTargetOf,
  openDialect,
  readTargetUrl,
  resolveTarget,
  Scraper,
  TargetDatabase,
  type Dialect,
  type NetworkTarget,
} from "../../network/index.js";
import type { Scenario } from "../../scenario/index.js";
import { systemClock } from "../../../platform/sync/index.js";
import { httpUrl } from "../../../vocabulary/index.js";
import type { LoadGenerators } from "./load-generators.js";
import { ListenThreads, type ListenThreadsOptions } from "./listen-threads.js";
import { ThreadGenerators } from "./thread-generators.js";
import { TargetObserver } from "./target-observer.js";

/** What both kinds of run have. */
interface NetworkOptions {
  /** Whether another machine may be loaded, or asked for metrics. */
  readonly allowRemote: boolean;
  /** The module of a dialect; left out: the scenario's dialect. */
  readonly dialect?: string | undefined;
  /** The target's database. */
  readonly database?: string | undefined;
  /** The URL of the target's Prometheus metrics. */
  readonly scrape?: string | undefined;
}

export interface TargetOptions extends NetworkOptions {
  readonly url: string;
  /** What the target asks for. */
  readonly token?: string | undefined;
  /** What carries the workers, with a connection each. */
  readonly generators: LoadGenerators;
  /** Called before anything is sent to the target. */
  readonly onResolved?: (target: NetworkTarget, dialect: Dialect) => void;
}

export interface RouterOptions extends NetworkOptions, Omit<ListenThreadsOptions, "onListening"> {
  readonly onListening: (url: string, dialect: Dialect) => void;
}

export interface OpenedTarget {
  readonly target: NetworkTarget;
  readonly dialect: Dialect;
  readonly observer: TargetObserver;
  readonly generators: LoadGenerators;
}

/**
 * Resolves and checks the target.
 * @throws {TargetAddressError} for an invalid address, or a remote one that is not allowed
 * @throws {DialectError} for a dialect that cannot be used
 * @throws {TargetError} when the target does not answer, or is not a router of the protocol
 */
export async function openTarget(scenario: Scenario, options: TargetOptions): Promise<OpenedTarget> {
  const address = await resolveTarget(readTargetUrl(options.url), options.allowRemote);
  const target = networkTargetOf(scenario, address, { dialectModule: options.dialect, token: options.token });
  const dialect = await openDialect(target.dialect);
  options.onResolved?.(target, dialect);
  await checkTarget(target, dialect.live !== false);
  return { target, dialect, observer: await openObserver(options), generators: options.generators };
}

/**
 * A router, which listens once the run begins.
 * @throws {DialectError} for a dialect that cannot be used
 * @throws {TargetError} when what is to be looked at is not there
 */
export async function openRouter(scenario: Scenario, options: RouterOptions): Promise<OpenedTarget> {
  const { host, port } = options.listen;
  const address = { url: httpUrl(host, port), ip: host, family: isIPv6(host) ? 6 : 4 } as const;
  const target = networkTargetOf(scenario, address, { dialectModule: options.dialect });
  const dialect = await openDialect(target.dialect);
  const onListening = (listening: string): void => options.onListening(listening, dialect);
  return {
    target,
    dialect,
    observer: await openObserver(options),
    generators: new ThreadGenerators(new ListenThreads({ ...options, onListening })),
  };
}

async function openObserver({ database, scrape, allowRemote }: NetworkOptions): Promise<TargetObserver> {
  let scraper: Scraper | undefined;
  if (scrape !== undefined) {
    const address = await resolveTarget(readTargetUrl(scrape), allowRemote);
    scraper = new Scraper(new URL(address.url), address, systemClock);
    await scraper.scrape();
  }
  return new TargetObserver(database === undefined ? undefined : new TargetDatabase(database), scraper);
}
