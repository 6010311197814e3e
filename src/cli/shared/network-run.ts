/** A run over a network. Loaded only for one: a run inside this process needs no clients for HTTP and WebSockets. */
import { assert } from "../../vocabulary/index.js";
import {
  ThreadGenerators,
  clientThreads,
  runNetwork,
  type FinishedRun,
  type NetworkRun,
} from "../../load/run/index.js";
import type { ChosenRun, RunArguments } from "./chosen-run.js";
import { openRouter } from "./open-router.js";
import { openTarget, type OpenedNetwork } from "./open-target.js";

/** Runs against what was opened. */
export type RunAgainst = (common: Omit<NetworkRun, "target" | "dialectName" | "answersEach">) => Promise<FinishedRun>;

/**
 * Opens what the run is over a network with: its target, or the router for its backend.
 * @throws {UsageError} for an invalid address or dialect
 * @throws {TargetError} when the target does not answer, or is not a router of the protocol
 */
export async function openNetwork(chosen: ChosenRun, args: RunArguments, interrupt: AbortSignal): Promise<RunAgainst> {
  const { target, dialect, observer, generators } = await open(chosen, args, interrupt);
  const about = { target, dialectName: dialect.name, answersEach: dialect.answersEach === true };
  return (common) => runNetwork({ ...common, ...about }, observer, generators);
}

function open(
  { listen, scenario, plan, threads }: ChosenRun,
  args: RunArguments,
  interrupt: AbortSignal,
): Promise<OpenedNetwork> {
  if (listen !== undefined) return openRouter(listen, args, scenario, Math.max(1, threads - 1), interrupt);
  assert(args.target !== undefined, "a run over a network has a target, or listens");
  return openTarget(args.target, args, scenario, plan, new ThreadGenerators(clientThreads(threads)));
}
