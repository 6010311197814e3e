/** The calls of an agent's replay, with their results. */
import type { AgentHistory } from "./agent-histories.js";
import type { Method, Scalar } from "./history-format.js";
import type { AgentReplayer } from "./agent-replayer.js";
import { ROUNDING_MS } from "./history-format.js";
import type { CallEnd } from "./history-reader.js";

export interface CallReport {
  readonly thread: string;
  /** When the call began, ms since the start of the run, and how long it took, ms. */
  readonly atMs: number;
  readonly tookMs: number;
  readonly method: Method;
  readonly argument: Scalar;
  /** Undefined when the history ends before the call does. */
  readonly end: CallEnd | undefined;
  /** Whether it waited for an update and ended with an AgentTimeoutError before its timeout. */
  readonly isEarly: boolean;
}

/** The calls in the order of their starts. `originMs` is when the run started, ms on its clock. */
export function* callReportsOf(
  { calls }: AgentHistory,
  replayer: AgentReplayer,
  originMs: number,
): Generator<CallReport> {
  for (const { start, end: recorded } of [...calls.values()].sort((a, b) => a.start.number - b.start.number)) {
    const replayed = replayer.calls.get(start.number);
    if (replayed === undefined) continue;
    const { thread, at, method, argument } = start;
    const tookMs = (recorded?.at ?? at) - at;
    // A call on an agent that has already timed out throws at once.
    const isEarly =
      method === "getLiveUpdateSteps" &&
      replayed.end?.value === "AgentTimeoutError" &&
      replayed.end.threw &&
      replayed.knownStatus !== "timeout" &&
      tookMs < Number(argument) - ROUNDING_MS;
    yield { thread, atMs: at - originMs, tookMs, method, argument, end: replayed.end, isEarly };
  }
}
