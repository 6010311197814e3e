/**
 * `simulate replay RUN`: repeats a run. One under simulated time is compared with its trace, event by event; of one on real threads,
 * each agent is repeated in the order that the run recorded.
 */
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { replayVirtual } from "../../load/run/index.js";
import { formatCount, EXIT } from "../../vocabulary/index.js";
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
      "--agent is for runs on real threads; `simulate trace RUN --agent ID` prints an agent of this one",
    );
  for (let time = 0; time < times && process.exitCode === undefined; time++) await replayVirtualRun(directory);
}

async function replayVirtualRun(directory: string): Promise<void> {
  const outcome = await replayVirtual(directory, () => setImmediate());
  if (outcome.kind === "diverged") {
    const { same, recorded, before, isIncomplete } = outcome.divergence;
    if (recorded?.actor === "user" && recorded.operation === "interrupt") {
      printLines(
        `the same up to ${(recorded.at / 1000).toFixed(3)} s, where the user interrupted the run: ${formatCount(same)} events`,
      );
      return;
    }
    if (isIncomplete) {
      const reached = `${((before.at(-1)?.at ?? 0) / 1000).toFixed(3)} s`;
      if (isFinished(directory)) {
        const path = join(directory, RUN_FILES.trace);
        throw new TraceError(
          `${path}: damaged: it breaks off at ${reached}, though its run finished; the ${formatCount(same)} events before are the same`,
        );
      }
      printLines(
        `the same up to ${reached}, where the trace breaks off: the run was cut off: ${formatCount(same)} events`,
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
    printLines(
      `✗ ${id}: ${violations[0]?.what ?? ""}${violations[0] === undefined ? "" : `: ${violations[0].detail}`}`,
    );
  }
  if (broken.length > 0) process.exitCode = EXIT.invariant;
}

function describeDivergence({ same, before, recorded, replayed }: Divergence): string[] {
  const end = "(the end)";
  return [
    `${formatCount(same)} events are the same, the next is not:`,
    "",
    ...before.map((event) => `    ${describeEvent(event)}`),
    `  - ${recorded === undefined ? end : describeEvent(recorded)}`,
    `  + ${replayed === undefined ? end : describeEvent(replayed)}`,
    "",
    "-: as recorded, +: as repeated. A change of the program that changes what happens makes old traces differ.",
  ];
}
