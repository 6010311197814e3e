/** What an agent's observers did to it in a repetition: call by call, with what came of each. */
import type { AgentHistory } from "./agent-histories.js";
import type { Method, Scalar } from "./history-format.js";
import type { AgentReplayer } from "./agent-replayer.js";
import type { CallEnd } from "./history-reader.js";

export interface CallReport {
  readonly thread: string;
  /** When the call began, ms since the start of the run, and how long it took. */
  readonly atMs: number;
  readonly tookMs: number;
  readonly method: Method;
  readonly argument: Scalar;
  /** Undefined when the record ends before the call. */
  readonly end: CallEnd | undefined;
  /** Whether it waited for an update, and ended as if its time had run out when it had not. */
  readonly isEarly: boolean;
}

/** Recorded times are whole microseconds. */
const ROUNDING_MS = 0.002;

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
    // An agent that had timed out before has no more time.
    const isEarly =
      method === "getLiveUpdateSteps" &&
      replayed.end?.value === "AgentTimeoutError" &&
      replayed.end.threw &&
      replayed.knownStatus !== "timeout" &&
      tookMs < Number(argument) - ROUNDING_MS;
    yield { thread, atMs: at - originMs, tookMs, method, argument, end: replayed.end, isEarly };
  }
}
