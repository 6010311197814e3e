/**
 * `simulate replay RUN`: replays a run. A virtual run is compared with its trace, event by event. Of a run on real
 * threads, each agent is replayed in the recorded order.
 */
import { wholeNumber } from "../shared/numeric-options.js";
import { replayThreadsRun } from "../shared/replay-threads.js";
import { replayVirtualRun } from "../shared/replay-virtual-run.js";
import { agentFrom, commandOfNetworkRun, findRun, isSimulated } from "../shared/run-directory.js";
import { UsageError } from "../shared/usage-error.js";

export interface ReplayArguments {
  readonly run: string;
  readonly results: string;
  readonly times: string;
  readonly agent?: string | undefined;
}

export async function handler({ run, results, times: timesText, agent: agentText }: ReplayArguments): Promise<void> {
  const directory = findRun(run, results);
  const times = wholeNumber("times", timesText, 1);
  const agent = agentFrom(agentText);
  if (isSimulated(directory)) {
    await replayVirtualRun(directory, times, agent);
    return;
  }
  refuseNetworkRun(directory);
  await replayThreadsRun(directory, times, agent);
}

/** Of a target, only the ends of the path of an update are seen. @throws {UsageError} */
function refuseNetworkRun(directory: string): void {
  const again = commandOfNetworkRun(directory);
  if (again !== undefined)
    throw new UsageError(
      `${directory} is a run over a network: it records no order of operations and cannot be replayed; ` +
        `the same plan again: ${again}`,
    );
}
