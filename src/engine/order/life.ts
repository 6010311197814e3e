/** What an agent's observers did to it in a repetition: call by call, with what came of each. */
import type { AgentRecord } from "./agents.js";
import type { Method, Scalar } from "./format.js";
import type { Play } from "./play.js";
import type { CallEnd } from "./read.js";

export interface LifeLine {
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
export function* lifeOf({ calls }: AgentRecord, play: Play, originMs: number): Generator<LifeLine> {
  for (const { start, end: recorded } of [...calls.values()].sort((a, b) => a.start.number - b.start.number)) {
    const played = play.calls.get(start.number);
    if (played === undefined) continue;
    const { thread, at, method, argument } = start;
    const tookMs = (recorded?.at ?? at) - at;
    // An agent that had timed out before has no more time.
    const isEarly =
      method === "getLiveUpdateSteps" &&
      played.end?.value === "AgentTimeoutError" &&
      played.end.threw &&
      played.knew !== "timeout" &&
      tookMs < Number(argument) - ROUNDING_MS;
    yield { thread, atMs: at - originMs, tookMs, method, argument, end: played.end, isEarly };
  }
}
