/** `simulate replay` of a run on real threads: replays its agents in the recorded order, and prints the outcome. */
import { setImmediate } from "node:timers/promises";
import {
  describeEnd,
  replayHistory,
  UnknownAgentError,
  type EarlyTimeout,
  type CallReport,
  type HistoryDivergence,
  type HistoryReplay,
} from "../../replay/history/index.js";
import { EXIT, formatCount, formatSeconds, plural } from "../../vocabulary/index.js";
import { UsageError } from "./usage-error.js";
import { printLines } from "./handle-closed-stdout.js";

/** The maximum number of early timeouts that are printed. */
const MAX_PRINTED = 5;

export async function replayThreadsRun(directory: string, times: number, agentId: string | undefined): Promise<void> {
  const replay = await replayHistory(directory, { times, agentId, yieldToEventLoop: () => setImmediate() }).catch(
    (error: unknown) => {
      throw error instanceof UnknownAgentError ? new UsageError(error.message) : error;
    },
  );
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
  printLines(...replay.calls.map(describeCall), ...describeReplay(replay, times));
  if (replay.early.length > 0) process.exitCode = EXIT.invariant;
}

function describeReplay(
  { agents, operations, taken, errors, early, incomplete }: HistoryReplay,
  times: number,
): string[] {
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
  for (const timeout of early.slice(0, MAX_PRINTED)) lines.push(describeEarly(timeout));
  if (early.length > MAX_PRINTED) lines.push(`  and ${formatCount(early.length - MAX_PRINTED)} more`);
  return lines;
}

function describeEarly({ agentId, atMs, waitedMs, timeoutMs }: EarlyTimeout): string {
  const when = `agent ${agentId}, ${formatSeconds(atMs, 6)}: after ${waitedMs.toFixed(3)} ms of ${timeoutMs} ms`;
  return `✗ no AgentTimeoutError before its timeout has passed: ${when}`;
}

/** `   1.234567 s  task-0    getLiveUpdate 3000  → 17/3  after 12.000 ms` */
function describeCall({ atMs, thread, method, argument, end, tookMs }: CallReport): string {
  const call = `${method.replace(/Steps$/, "")}${argument === null ? "" : ` ${argument}`}`;
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
