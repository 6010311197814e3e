/** `simulate replay` of a run on real threads: replays its agents in the recorded order, and prints the outcome. */
import { setImmediate } from "node:timers/promises";
import {
  describeEnd,
  describeMethod,
  replayHistory,
  UnknownAgentError,
  type CallReport,
  type HistoryDivergence,
  type HistoryReplay,
} from "../../replay/history/index.js";
import { describeBroken, markViolation } from "../../load/check/index.js";
import { commandLine, EXIT, formatCount, formatSeconds, plural } from "../../vocabulary/index.js";
import { UsageError } from "./usage-error.js";
import { printLines } from "./print.js";
import { markedRows } from "./marked-rows.js";
import { agentStepOfCall, ReplayedViolations, type UndecidedInvariant } from "./replayed-violations.js";

export async function replayThreadsRun(directory: string, times: number, agentId: string | undefined): Promise<void> {
  const violations = new ReplayedViolations(directory);
  const replay = await replayHistory(directory, {
    times,
    agentId,
    yieldToEventLoop: () => setImmediate(),
    onAgent: (agent) => violations.add(agent),
  }).catch((error: unknown) => {
    throw error instanceof UnknownAgentError ? new UsageError(error.message) : error;
  });
  if (replay.divergence !== undefined) {
    printLines(...describeDivergence(replay.divergence));
    process.exitCode = EXIT.notReplayed;
    return;
  }
  if (replay.agents === 0) {
    printLines("nothing was replayed: the run did not finish, and no record of an agent is on the disk");
    process.exitCode = EXIT.notReplayed;
    return;
  }
  const verdict = describeReplay(replay, times);
  const isBroken =
    agentId === undefined ? printRun(violations, verdict, directory) : printAgent(agentId, violations, replay, verdict);
  if (isBroken) process.exitCode = EXIT.invariant;
}

/** Prints the calls of the agent that was replayed, and marks where it broke an invariant. Returns whether it did. */
function printAgent(
  agentId: string,
  violations: ReplayedViolations,
  { calls }: HistoryReplay,
  verdict: readonly string[],
): boolean {
  const steps = calls.map(agentStepOfCall);
  const broken = violations.ofAgent(agentId);
  const marks = broken.flatMap((one) => markViolation(one, steps));
  printLines(
    ...markedRows(calls.map(describeCall), marks),
    ...verdict,
    ...broken.map((one) => `✗ ${describeBroken(one)}`),
    ...violations.undecidedOf(agentId).map((one) => describeUndecided(one, agentId)),
  );
  return broken.length > 0;
}

function describeUndecided({ id, count, kept }: UndecidedInvariant, agentId: string): string {
  return `not known: whether agent ${agentId} broke ${id} as well; the summary has the first ${kept} of ${plural(count, "violation")}`;
}

/** Prints the invariants that the run broke, each with its first violation. Returns whether there are any. */
function printRun(violations: ReplayedViolations, verdict: readonly string[], directory: string): boolean {
  const broken = violations.ofRun();
  printLines(
    ...verdict,
    ...broken.flatMap(({ count, first }) => {
      const { agentId } = first;
      const command =
        agentId === undefined ? [] : [`  to see where: ${commandLine("replay", directory, "--agent", agentId)}`];
      return [
        `✗ ${describeBroken(first)}${count > 1 ? ` (the first of ${plural(count, "violation")})` : ""}`,
        ...command,
      ];
    }),
  );
  return broken.length > 0;
}

function describeReplay({ agents, operations, taken, errors, incomplete }: HistoryReplay, times: number): string[] {
  const how = times === 1 ? "" : `, ${formatCount(times)} times`;
  const ended = Array.from(errors, ([name, count]) => `${formatCount(count)} ${name}`);
  const lines = [
    `the same: ${plural(agents, "agent")}, ${plural(operations, "operation")}${how}`,
    `  ${[`${plural(taken, "update")} taken`, ...ended].join(", ")}`,
  ];
  if (incomplete.length > 0)
    lines.push(
      `  ${plural(incomplete.length, "agent")} replayed only up to the end of the record: ` +
        "a thread was killed, or the run did not finish",
    );
  return lines;
}

/** `   1.234567 s  task-0    getLiveUpdate 3000  → 17/3  after 12.000 ms` */
function describeCall({ atMs, thread, method, argument, end, tookMs }: CallReport): string {
  const call = describeMethod({ method, argument });
  const result = end === undefined ? "(the record ends)" : describeEnd(end);
  const took = tookMs === 0 ? "" : `  after ${tookMs.toFixed(3)} ms`;
  return `${formatSeconds(atMs, 6).padStart(14)}  ${thread.padEnd(9)}  ${call.padEnd(24)}  ${result}${took}`;
}

function describeDivergence({ agentId, number, recorded, replayed }: HistoryDivergence): string[] {
  return [
    `agent ${agentId} differs at operation ${formatCount(number)} on its slot:`,
    `  - ${recorded}`,
    `  + ${replayed}`,
    "",
    "-: recorded, +: replayed. Records of an older version of the program can differ.",
  ];
}
