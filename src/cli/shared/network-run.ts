/** A run over a network. Loaded only for one: a run inside this process needs no clients for HTTP and WebSockets. */
import { assert } from "../../vocabulary/index.js";
import { runNetwork, type FinishedRun, type NetworkRun } from "../../load/run/index.js";
import type { ChosenRun, RunArguments } from "./chosen-run.js";
import { openRouter, type OpenedRouter } from "./open-router.js";
import { openTarget, type OpenedTarget } from "./open-target.js";

/** Runs against what was opened. */
export type RunAgainst = (common: Omit<NetworkRun, "target" | "dialectName" | "answersEach">) => Promise<FinishedRun>;

/**
 * Opens what the run is over a network with: its target, or the router for its backend.
 * @throws {UsageError} for an invalid address or dialect
 * @throws {TargetError} when the target does not answer, or is not a router of the protocol
 */
export async function openNetwork(
  { listen, scenario, plan, threads }: ChosenRun,
  args: RunArguments,
  interrupt: AbortSignal,
): Promise<RunAgainst> {
  if (listen !== undefined)
    return runAgainst(await openRouter(listen, args, scenario, Math.max(1, threads - 1), interrupt));
  assert(args.target !== undefined, "a run over a network has a target, or listens");
  return runAgainst(await openTarget(args.target, args, scenario, plan));
}

function runAgainst({ target, dialect, observer, ...router }: OpenedTarget | OpenedRouter): RunAgainst {
  const threads = "threads" in router ? router.threads : undefined;
  const about = { target, dialectName: dialect.name, answersEach: dialect.answersEach === true };
  return (common) => runNetwork({ ...common, ...about }, observer, threads);
}
