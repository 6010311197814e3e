/**
 * `simulate replay RUN`: replays a run. A virtual run is compared with its trace, event by event. Of a run on real
 * threads, each agent is replayed in the recorded order.
 */
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { replayVirtual } from "../../load/run/index.js";
import { at, commandLine, EXIT, formatCount, formatSeconds } from "../../vocabulary/index.js";
import { RUN_FILES } from "../../results/index.js";
import { describeEvent, TraceError, type Divergence } from "../../replay/trace/index.js";
import { UsageError } from "../shared/usage-error.js";
import { wholeNumber } from "../shared/numeric-options.js";
import { replayThreadsRun } from "../shared/replay-threads.js";
import { agentFrom, findRun, isFinished, isSimulated } from "../shared/run-directory.js";
import { printLines } from "../shared/handle-closed-stdout.js";

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
  if (!isSimulated(directory)) return replayThreadsRun(directory, times, agent);
  if (agent !== undefined)
    throw new UsageError(
      `--agent requires a run on real threads: ${directory} is a virtual run; ` +
        `\`${commandLine("trace", directory, "--agent", agent)}\` prints its events`,
    );
  for (let time = 0; time < times && process.exitCode === undefined; time++) await replayVirtualRun(directory);
}

async function replayVirtualRun(directory: string): Promise<void> {
  const outcome = await replayVirtual(directory, () => setImmediate());
  if (outcome.kind === "diverged") {
    const { same, recorded, before, isIncomplete } = outcome.divergence;
    if (recorded?.actor === "user" && recorded.operation === "interrupt") {
      const interruptedAt = formatSeconds(recorded.at, 3);
      printLines(`the same up to ${interruptedAt}, when the user interrupted the run: ${formatCount(same)} events`);
      return;
    }
    if (isIncomplete) {
      const reached = formatSeconds(before.at(-1)?.at ?? 0, 3);
      if (isFinished(directory)) {
        throw new TraceError(
          `${join(directory, RUN_FILES.trace)}: damaged: the run finished, but the trace ends at ${reached}; ` +
            `its ${formatCount(same)} events are the same`,
        );
      }
      printLines(
        `the same up to ${reached}, the end of the trace: ${formatCount(same)} events; the run did not finish`,
      );
      return;
    }
    printLines(...describeDivergence(outcome.divergence));
    process.exitCode = EXIT.notReplayed;
    return;
  }
  const broken = outcome.invariants.results.filter(({ held }) => !held);
  printLines(`the same: ${formatCount(outcome.events)} events, trace ${outcome.hash}`);
  for (const { id, violations } of broken) {
    const { what, detail } = at(violations, 0);
    printLines(`✗ ${id}: ${what}: ${detail}`);
  }
  if (broken.length > 0) process.exitCode = EXIT.invariant;
}

function describeDivergence({ same, before, recorded, replayed }: Divergence): string[] {
  const end = "(the end)";
  return [
    `${formatCount(same)} events are the same, the next differs:`,
    "",
    ...before.map((event) => `    ${describeEvent(event)}`),
    `  - ${recorded === undefined ? end : describeEvent(recorded)}`,
    `  + ${replayed === undefined ? end : describeEvent(replayed)}`,
    "",
    "-: recorded, +: replayed. Traces of an older version of the program can differ.",
  ];
}
