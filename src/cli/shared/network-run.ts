/** A run over a network. Loaded only for one: a run inside this process needs no clients for HTTP and WebSockets. */
import { runNetwork, type FinishedRun } from "../../load/run/index.js";
import { assert } from "../../vocabulary/index.js";
import type { ChosenRun, RunArguments } from "./chosen-run.js";
import { openNetwork } from "./open-target.js";

/** A run whose network is open. */
export interface OpenedNetworkRun {
  run(run: Parameters<typeof runNetwork>[0]): Promise<FinishedRun>;
  close(): Promise<void>;
}

/** Opens the network of a run that has one. Throws what {@link openNetwork} throws. */
export async function openNetworkRun(
  chosen: ChosenRun,
  args: RunArguments,
  interrupt: AbortSignal,
): Promise<OpenedNetworkRun> {
  const opened = await openNetwork(chosen, args, interrupt);
  assert(opened !== undefined, "a run over a network has a target, or listens");
  return { run: (run) => runNetwork(run, opened), close: async () => opened.close?.() };
}
