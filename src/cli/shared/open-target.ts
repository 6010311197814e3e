/** Opens what a run over a network is against, and logs what it is about to do. */
import { DialectError, readTargetUrl, TargetAddressError } from "../../load/network/index.js";
import {
  ThreadGenerators,
  clientThreads,
  openRouter,
  openTarget,
  runNetwork,
  type FinishedRun,
  type OpenedTarget,
} from "../../load/run/index.js";
import { formatDuration, plannedWorkers } from "../../load/scenario/index.js";
import { assert, workersText } from "../../vocabulary/index.js";
import type { ChosenRun, RunArguments } from "./chosen-run.js";
import { logLines, logUnless } from "./print.js";
import type { ListenChoices } from "./listen-options.js";
import { openMachines, type OpenedMachines } from "./open-machines.js";
import { TARGET_TOKEN_VARIABLE } from "./target-options.js";
import { UsageError } from "./usage-error.js";

/** A run over a network whose target, or backend, is connected. */
export interface OpenedNetwork {
  run(run: Parameters<typeof runNetwork>[0]): Promise<FinishedRun>;
  /** Gives back the machines. */
  close(): Promise<void>;
}

/**
 * Opens the network of a run that has a target or listens. Loaded only for one: a run inside this process needs no
 * clients for HTTP and WebSockets.
 * @throws {UsageError} for an invalid address or dialect
 * @throws {TargetError} when the target does not answer, or is not a router of the protocol
 */
export async function openNetwork(
  chosen: ChosenRun,
  args: RunArguments,
  interrupt: AbortSignal,
): Promise<OpenedNetwork> {
  try {
    if (chosen.listen !== undefined) return await listening(chosen, chosen.listen, args, interrupt);
    assert(args.target !== undefined, "a run over a network has a target, or listens");
    return await aimedAt(chosen, args.target, args, interrupt);
  } catch (error) {
    if (error instanceof TargetAddressError || error instanceof DialectError)
      throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

function networkOf(opened: OpenedTarget, machines?: OpenedMachines): OpenedNetwork {
  return { run: (run) => runNetwork(run, opened), close: async () => machines?.close() };
}

async function aimedAt(
  chosen: ChosenRun,
  url: string,
  args: RunArguments,
  interrupt: AbortSignal,
): Promise<OpenedNetwork> {
  const { scenario, plan, threads } = chosen;
  const machines = args.redis === undefined ? undefined : await openRemote(chosen, args, args.redis, url, interrupt);
  try {
    const opened = await openTarget(scenario, {
      ...args,
      url,
      allowRemote: args["allow-remote"],
      token: process.env[TARGET_TOKEN_VARIABLE],
      generators: machines?.generators ?? new ThreadGenerators(clientThreads(threads)),
      onResolved: ({ address, client }, dialect) => {
        if (args.quiet && !args["allow-remote"]) return;
        const who = `${address.url}${address.url.includes(address.ip) ? "" : ` (${address.ip})`}`;
        logLines(
          `target: ${workersText(plannedWorkers(plan))} will register at ${who} and send to it for ` +
            `${formatDuration(plan.scheduleMs)} or longer; dialect ${dialect.name}, client ${client}`,
        );
      },
    });
    return networkOf(opened, machines);
  } catch (error) {
    await machines?.close();
    throw error;
  }
}

async function openRemote(
  { scenario, path, text, plan, machines, threads }: ChosenRun,
  args: RunArguments,
  redis: string,
  target: string,
  interrupt: AbortSignal,
): Promise<OpenedMachines> {
  return openMachines({
    distributed: await import("../../distributed/index.js"),
    redis,
    loaded: { scenario, path, text },
    plan,
    machines,
    threads: args.threads === undefined ? undefined : threads,
    target: String(readTargetUrl(target)),
    interrupt,
    log: logUnless(args.quiet),
  });
}

async function listening(
  { scenario, threads }: ChosenRun,
  { host, port, token, origins, pages, backendTimeoutMs }: ListenChoices,
  args: RunArguments,
  interrupt: AbortSignal,
): Promise<OpenedNetwork> {
  const log = logUnless(args.quiet);
  const opened = await openRouter(scenario, {
    ...args,
    allowRemote: args["allow-remote"],
    listen: { host, port, token, origins, files: pages },
    backendTimeoutMs,
    clients: Math.max(1, threads - 1),
    onListening: (url, dialect) =>
      log(`router: ${url}, dialect ${dialect.name}; waiting ${formatDuration(backendTimeoutMs)} for a backend`),
    onBackend: () => log("router: the backend has connected"),
    interrupt,
  });
  return networkOf(opened);
}
