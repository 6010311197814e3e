/** Opens the target of a run: resolves and checks its address, and logs the planned load. */
import {
  checkTarget,
  networkTargetOf,
  openDialect,
  readTargetUrl,
  resolveTarget,
  DialectError,
  Scraper,
  TargetAddressError,
  TargetDatabase,
  type Dialect,
  type NetworkTarget,
} from "../../load/network/index.js";
import { TargetObserver, type LoadGenerators } from "../../load/run/index.js";
import { formatDuration, type Plan, type Scenario } from "../../load/scenario/index.js";
import { systemClock } from "../../platform/sync/index.js";
import { plural } from "../../vocabulary/index.js";
import { logLines } from "./handle-closed-stdout.js";
import type { TargetArguments } from "./target-options.js";
import { UsageError } from "./usage-error.js";

/** The environment's variable with the target's token: an option would be seen by others, and kept in the results. */
const TOKEN_VARIABLE = "SIMULATE_TARGET_TOKEN";

/** What a run over a network needs. */
export interface OpenedNetwork {
  readonly target: NetworkTarget;
  readonly dialect: Dialect;
  readonly observer: TargetObserver;
  readonly generators: LoadGenerators;
}

/**
 * `generators`: what carries the workers.
 * @throws {UsageError} for an invalid address or dialect
 * @throws {TargetError} when the target does not answer, or is not a router of the protocol
 */
export async function openTarget(
  url: string,
  args: TargetArguments & { readonly quiet: boolean },
  scenario: Scenario,
  plan: Plan,
  generators: LoadGenerators,
): Promise<OpenedNetwork> {
  try {
    const address = await resolveTarget(readTargetUrl(url), args["allow-remote"]);
    const target = networkTargetOf(scenario, address, {
      dialectModule: args.dialect,
      token: process.env[TOKEN_VARIABLE],
    });
    const dialect = await openDialect(target.dialect);
    const who = `${address.url}${address.url.includes(address.ip) ? "" : ` (${address.ip})`}`;
    if (args["allow-remote"] || !args.quiet)
      logLines(
        `target: ${plural(plan.workers, "worker")} will register at ${who} and send to it for ` +
          `${formatDuration(plan.scheduleMs)} or longer; dialect ${dialect.name}, client ${target.client}`,
      );
    await checkTarget(target, dialect.live !== false);
    return { target, dialect, observer: await openObserver(args), generators };
  } catch (error) {
    if (error instanceof TargetAddressError || error instanceof DialectError) throw new UsageError(error.message);
    throw error;
  }
}

/** What is looked at beside the clients. @throws {TargetError} when it is not there */
export async function openObserver({
  database,
  scrape,
  "allow-remote": allowRemote,
}: TargetArguments): Promise<TargetObserver> {
  let scraper: Scraper | undefined;
  if (scrape !== undefined) {
    const address = await resolveTarget(readTargetUrl(scrape), allowRemote);
    scraper = new Scraper(new URL(address.url), address, systemClock);
    await scraper.look();
  }
  return new TargetObserver(database === undefined ? undefined : new TargetDatabase(database), scraper);
}
