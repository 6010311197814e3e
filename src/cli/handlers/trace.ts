/** `simulate trace RUN`: prints the events of a virtual run. */
import { existsSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { agentSequence } from "../../load/run/index.js";
import { isFinished, RUN_FILES } from "../../results/index.js";
import { commandLine, formatSeconds, plural, parseDuration, printable } from "../../vocabulary/index.js";
import { renderSequencePage } from "../../report/index.js";
import { HISTORY_DIRECTORY } from "../../replay/history/index.js";
import { concerns, describeEvent, readTrace, type TraceEvent } from "../../replay/trace/index.js";
import { invalidValue, UsageError } from "../shared/usage-error.js";
import { openPage } from "../shared/open-page.js";
import { asksForPage, pageOutputs, writePage, type PageArguments } from "../shared/page-file.js";
import { agentFrom, commandOfNetworkRun, findRun, isSimulated, requireRun } from "../shared/run-directory.js";
import { logLines, printLines } from "../shared/print.js";
import { filesOfRun, refuseSameFile } from "../shared/same-file.js";

export interface TraceArguments extends PageArguments {
  readonly run: string;
  readonly agent?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly results: string;
  readonly json: boolean;
}

export async function handler(args: TraceArguments): Promise<void> {
  const { run, from, to, results, json, open } = args;
  if (json && asksForPage(args)) throw new UsageError("--json cannot be combined with --html or --open");
  const { fromMs, toMs } = rangeOf(from, to);
  const agent = agentFrom(args.agent);
  const directory = findRun(run, results);
  const path = traceOf(directory);
  const reader = readTrace(path);
  let reachedMs = 0;
  let isIncomplete = false;
  const events = function* (): Generator<TraceEvent> {
    const all = reader.events();
    for (let next = all.next(); ; next = all.next()) {
      if (next.done) {
        isIncomplete = next.value === undefined;
        return;
      }
      const event = next.value;
      reachedMs = event.at;
      if (event.at > toMs) {
        all.return(undefined);
        return;
      }
      if (event.at >= fromMs && (agent === undefined || concerns(event, agent))) yield event;
    }
  };
  const describeEnd = (): string => {
    const reason = isFinished(directory) ? "the file is damaged" : "the run did not finish";
    return `the trace ends at ${formatSeconds(reachedMs, 3)}: ${reason}`;
  };
  const noEvents = (): UsageError => {
    const when = from === undefined && to === undefined ? "" : " in this time";
    const end = isIncomplete ? `; ${describeEnd()}` : "";
    return new UsageError(`the trace of ${directory} has no events of an agent ${agent}${when}${end}`);
  };
  const warnIfIncomplete = (): void => {
    if (isIncomplete) logLines(`${path}: ${describeEnd()}`);
  };
  if (asksForPage(args)) {
    if (agent === undefined) throw new UsageError("--html and --open require --agent, such as --agent 17");
    refuseSameFile(pageOutputs(args), filesOfRun(directory));
    const text = renderAgentPage(events(), agent, directory);
    if (text === undefined) throw noEvents();
    const page = writePage(args, join(directory, `agent-${agent.replaceAll(/[^\w-]/g, "_")}.html`), text);
    printLines(relative("", page));
    warnIfIncomplete();
    if (open) await openPage(page);
    return;
  }
  const found = events();
  const first = found.next();
  if (first.done === true && agent !== undefined) throw noEvents();
  const lineOf = (event: TraceEvent): string => `${printable(json ? JSON.stringify(event) : describeEvent(event))}\n`;
  const lines = function* (): Generator<string> {
    if (first.done !== true) yield lineOf(first.value);
    for (const event of found) yield lineOf(event);
  };
  await pipeline(Readable.from(inChunks(lines())), process.stdout, { end: false }).catch(ignoreClosedPipe);
  warnIfIncomplete();
}

/** The times between which events are printed, ms. @throws UsageError */
function rangeOf(from: string | undefined, to: string | undefined): { readonly fromMs: number; readonly toMs: number } {
  const fromMs = from === undefined ? 0 : time("from", from);
  const toMs = to === undefined ? Infinity : time("to", to);
  if (to !== undefined && toMs < fromMs) throw invalidValue("--to", to, `--from, which is ${from}, or later`);
  return { fromMs, toMs };
}

/** @throws UsageError for a run without a trace */
function traceOf(directory: string): string {
  // When the trace of a simulated run is missing, its reader reports it.
  if (isSimulated(directory)) return join(directory, RUN_FILES.trace);
  requireRun(directory);
  const noTrace = `${directory} has no trace`;
  if (commandOfNetworkRun(directory) !== undefined) throw new UsageError(`${noTrace}: it is a run over a network`);
  if (!existsSync(join(directory, HISTORY_DIRECTORY)))
    throw new UsageError(`${noTrace}: it is a run on real threads, without a record of order`);
  throw new UsageError(
    `${noTrace}: it is a run on real threads; ` +
      `\`${commandLine("replay", directory, "--agent", "ID")}\` prints the operations on an agent`,
  );
}

/** A page with the agent's events; undefined when there are none. */
function renderAgentPage(events: Iterable<TraceEvent>, agentId: string, directory: string): string | undefined {
  const sequence = agentSequence(events, { agentId });
  if (sequence.rows.length === 0) return undefined;
  return renderSequencePage({
    title: `Agent ${agentId}`,
    problems: [],
    facts: [`run ${basename(directory)}`, plural(sequence.rows.length, "event"), "simulated time"],
    command: { label: "As text", text: commandLine("trace", directory, "--agent", agentId) },
    sequence,
  });
}

/** Joins many lines: a write for each would take longer than formatting it. */
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
  if (ms === undefined) throw invalidValue(`--${option}`, text, 'a time with a unit, such as "6s" or "6500ms"');
  return ms;
}

/** The reader of the output can stop early, as \`head\` does. */
function ignoreClosedPipe(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
}
