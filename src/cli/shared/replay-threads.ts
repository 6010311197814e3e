/** `simulate replay` of a run on real threads: repeats its agents from the recorded order, and says what came of it. */
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
import { formatCount, plural, EXIT } from "../../vocabulary/index.js";
import { UsageError } from "./usage-error.js";
import { printLines } from "./handle-closed-stdout.js";

/** Early timeouts that are printed one by one. */
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
    printLines("nothing was repeated: the record of no agent reached the disk before the run was cut off");
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
  const how = times === 1 ? "" : `, ${formatCount(times)} times over`;
  const ended = Array.from(errors, ([name, count]) => `${formatCount(count)} ${name}`);
  const lines = [
    `the same: ${plural(agents, "agent")}, ${plural(operations, "operation")}${how}`,
    `  ${[`${plural(taken, "update")} taken`, ...ended].join(", ")}`,
  ];
  if (incomplete.length > 0)
    lines.push(
      `  ${plural(incomplete.length, "agent")} repeated only as far as the record goes: a thread was killed, or the run was cut off`,
    );
  for (const timeout of early.slice(0, MAX_PRINTED)) lines.push(describeEarly(timeout));
  if (early.length > MAX_PRINTED) lines.push(`  and ${formatCount(early.length - MAX_PRINTED)} more`);
  return lines;
}

function describeEarly({ agentId, atMs, waitedMs, timeoutMs }: EarlyTimeout): string {
  return `✗ no AgentTimeoutError before its timeout has passed: agent ${agentId}, ${(atMs / 1000).toFixed(6)} s: after ${waitedMs.toFixed(3)} ms of ${timeoutMs} ms`;
}

/** `   1.234567 s  task-0    getLiveUpdate 3000  → 17/3  after 12.000 ms` */
function describeCall({ atMs, thread, method, argument, end, tookMs }: CallReport): string {
  const said = argument === null ? "" : ` ${argument}`;
  const result = end === undefined ? "(the record ends)" : describeEnd(end);
  const took = tookMs === 0 ? "" : `  after ${tookMs.toFixed(3)} ms`;
  return `${(atMs / 1000).toFixed(6).padStart(12)} s  ${thread.padEnd(9)}  ${(method.replace(/Steps$/, "") + said).padEnd(24)}  ${result}${took}`;
}

function describeDivergence({ agentId, number, recorded, replayed }: HistoryDivergence): string[] {
  return [
    `agent ${agentId} comes out differently at operation ${formatCount(number)} on its slot:`,
    `  - ${recorded}`,
    `  + ${replayed}`,
    "",
    "-: as recorded, +: as repeated. A change of the program that changes what happens makes old records differ.",
  ];
}
