/** The router of a run with `--listen`: who it is for, and what it says while it waits for its backend. */
import { isIPv6 } from "node:net";
import { DialectError, networkTargetOf, openDialect } from "../../load/network/index.js";
import { ListenThreads, ThreadGenerators } from "../../load/run/index.js";
import { formatDuration, type Scenario } from "../../load/scenario/index.js";
import { logLines } from "./handle-closed-stdout.js";
import type { ListenChoices } from "./listen-options.js";
import { openObserver, type OpenedNetwork } from "./open-target.js";
import type { TargetArguments } from "./target-options.js";
import { UsageError } from "./usage-error.js";

/** `threads`: those that carry workers. @throws {UsageError} for a dialect that cannot be used */
export async function openRouter(
  choices: ListenChoices,
  args: TargetArguments & { readonly quiet: boolean },
  scenario: Scenario,
  threads: number,
  interrupt: AbortSignal,
): Promise<OpenedNetwork> {
  const { host, port, token, origins, pages, backendTimeoutMs } = choices;
  const isV6 = isIPv6(host);
  const url = `http://${isV6 ? `[${host}]` : host}:${port}`;
  const target = networkTargetOf(scenario, { url, ip: host, family: isV6 ? 6 : 4 }, { dialectModule: args.dialect });
  try {
    const dialect = await openDialect(target.dialect);
    const tell = (line: string): void => {
      if (!args.quiet) logLines(line);
    };
    return {
      target,
      dialect,
      observer: await openObserver(args),
      generators: new ThreadGenerators(
        new ListenThreads({
          listen: { host, port, token, origins, files: pages },
          backendTimeoutMs,
          clients: threads,
          onListening: (listening) =>
            tell(
              `router: ${listening}, dialect ${dialect.name}; waiting ${formatDuration(backendTimeoutMs)} for a backend`,
            ),
          onBackend: () => tell("router: the backend has connected"),
          interrupt,
        }),
      ),
    };
  } catch (error) {
    if (error instanceof DialectError) throw new UsageError(error.message);
    throw error;
  }
}
