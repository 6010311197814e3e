/** `simulate trace RUN`: what happened in a run under simulated time, event by event. */
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { CommandModule } from "yargs";
import { RUN_FILES } from "../report/index.js";
import { parseDuration } from "../scenario/index.js";
import { concerns, describeEvent, readTrace } from "../trace/index.js";
import { UsageError } from "./errors.js";
import { findRun, resultsOption } from "./run-directory.js";

interface Arguments {
  readonly run: string;
  readonly agent?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly results: string;
  readonly json: boolean;
}

export const traceCommand: CommandModule<object, Arguments> = {
  command: "trace <run>",
  describe: "Print what happened in a run under simulated time",
  builder: (yargs) =>
    yargs
      .positional("run", { type: "string", demandOption: true, describe: "Id of a run, its directory, or `last`" })
      .option("agent", { type: "string", requiresArg: true, describe: "Only what is about this agent, such as 17 or onboarding_17" })
      .option("from", { type: "string", requiresArg: true, describe: "Only from this time of the run on, such as 6s" })
      .option("to", { type: "string", requiresArg: true, describe: "Only up to this time of the run, such as 6500ms" })
      .option("results", resultsOption)
      .option("json", { type: "boolean", default: false, describe: "A JSON object a line" })
      .example("$0 trace last --agent 17", "the life of one agent"),
  async handler({ run, agent, from, to, results, json }) {
    const fromMs = from === undefined ? 0 : time("from", from);
    const toMs = to === undefined ? Infinity : time("to", to);
    const reader = readTrace(join(findRun(run, results), RUN_FILES.trace));
    const lines = function* (): Generator<string> {
      for (const event of reader.events()) {
        if (event.at > toMs) return;
        if (event.at < fromMs || (agent !== undefined && !concerns(event, agent))) continue;
        yield `${json ? JSON.stringify(event) : describeEvent(event)}\n`;
      }
    };
    await pipeline(Readable.from(inChunks(lines())), process.stdout, { end: false }).catch(ignoreClosedPipe);
  },
};

/** Many lines at once: a write of each costs more than making it. */
function* inChunks(lines: Iterable<string>): Generator<string> {
  let chunk = "";
  for (const line of lines) {
    chunk += line;
    if (chunk.length < 1 << 16) continue;
    yield chunk;
    chunk = "";
  }
  yield chunk;
}

function time(option: string, text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new UsageError(`--${option} must be a time with a unit, such as "6s" or "6500ms", not "${text}"`);
  return ms;
}

/** Whoever reads has seen enough, as \`head\` does. */
function ignoreClosedPipe(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
}
