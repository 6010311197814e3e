/** Executes the schedules of an exploration, here or over worker processes, until one fails or a limit stops it. */
import { setImmediate as eventLoop } from "node:timers/promises";
import {
  explore,
  hashFirstExecution,
  type Exploration,
  type ExplorationProgress,
  type ProgramSource,
  type Session,
  type Strategy,
} from "../../explore/index.js";
import { assert, plural } from "../../vocabulary/index.js";
import type { DrivenExploration } from "./explore-over-redis.js";
import { SAMPLES, type ExploreArguments, type ExploreSettings } from "./explore-options.js";
import { logText } from "./print.js";
import { interruptSignal } from "./interrupt.js";
import { wholeNumber } from "./numeric-options.js";
import { inputName } from "./standard-input.js";
import { invalidValue } from "./usage-error.js";

const PROGRESS_EVERY_MS = 1000;

/** Explores here, or over worker processes. */
export async function runExploration(
  session: Session,
  source: ProgramSource,
  {
    settings,
    args,
    progress,
  }: {
    readonly settings: ExploreSettings;
    readonly args: ExploreArguments;
    readonly progress: ExplorationProgress | undefined;
  },
): Promise<DrivenExploration> {
  const { by, ...options } = settings;
  const resumption = progress?.resumption;
  if (args.redis !== undefined) {
    const { exploreOverRedis } = await import("./explore-over-redis.js");
    const from = resumption !== undefined && "from" in resumption ? resumption.from : 0;
    return exploreOverRedis(session, source, settings, args, from);
  }
  if (progress !== undefined && settings.strategy === "exhaustive") requireSameProgram(session, progress, args);
  const exploration = explore(session, { ...options, coveredBy: by ?? session.program.coveredBy, ...resumption });
  return { exploration, stopped: await drive(exploration, args, settings.strategy) };
}

/** @throws {UsageError} unless the exploration of `progress` was of the session's program, with the same limit */
function requireSameProgram(
  session: Session,
  { maxSteps, firstExecution }: ExplorationProgress,
  { resume, "max-steps": given }: ExploreArguments,
): void {
  assert(resume !== undefined, "an exploration is resumed without a file");
  if (maxSteps !== undefined && maxSteps !== wholeNumber("max-steps", given, 1))
    throw invalidValue("--max-steps", given, `${maxSteps}, as in ${inputName(resume)}`);
  if (firstExecution !== hashFirstExecution(session))
    throw invalidValue(
      "--resume",
      resume,
      "the progress of this program: its first execution is not that of this file",
    );
}

/** Executes schedules until one fails, there are no more, or a limit or an interrupt stops it. */
async function drive(
  exploration: Exploration,
  args: ExploreArguments,
  strategy: Strategy,
): Promise<"violation" | "covered" | "stopped" | "interrupted"> {
  const { json, quiet } = args;
  const showsProgress = process.stderr.isTTY && !json && !quiet;
  const unlimited = strategy === "exhaustive" ? Infinity : SAMPLES;
  const most = args.schedules === undefined ? unlimited : wholeNumber("schedules", args.schedules, 1);
  const seconds = args.seconds === undefined ? Infinity : wholeNumber("seconds", args.seconds, 1);
  const interrupt = interruptSignal();
  const begin = performance.now();
  let shown = begin;
  try {
    for (let rounds = 0; exploration.tally.schedules < most; rounds++) {
      const problems = exploration.next();
      if (problems === undefined) return "covered";
      if (problems.length > 0) return "violation";
      if (rounds % 128 !== 0 && exploration.tally.states === 0) continue;
      await eventLoop();
      const now = performance.now();
      if (interrupt.aborted) return "interrupted";
      if (now - begin >= seconds * 1000) return "stopped";
      if (now - shown < PROGRESS_EVERY_MS || !showsProgress) continue;
      shown = now;
      logText(`\r${plural(exploration.tally.schedules, "schedule")}, ${describeCoverage(exploration.tally)} `);
    }
    return "stopped";
  } finally {
    if (showsProgress) logText("\r\u001b[K");
  }
}

/** The numbers of states and transitions, or of traces. */
export function describeCoverage({ states, transitions, traces }: Exploration["tally"]): string {
  return states > 0
    ? `${plural(states, "state")}, ${plural(transitions, "step")} between states`
    : plural(traces, "trace");
}
