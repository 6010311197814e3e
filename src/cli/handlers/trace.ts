/** `simulate trace RUN`: what happened in a run under simulated time, event by event. */
import { existsSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { agentSequence } from "../../load/run/index.js";
import { RUN_FILES, quoteForShell, writeAtomically } from "../../results/index.js";
import { plural, parseDuration, printable } from "../../vocabulary/index.js";
import { renderSequencePage } from "../../report/index.js";
import { concerns, describeEvent, readTrace, type TraceEvent } from "../../replay/trace/index.js";
import { UsageError } from "../shared/usage-error.js";
import { writeText } from "../shared/named-files.js";
import { openPage } from "../shared/open-page.js";
import { agentFrom, findRun, isFinished, isSimulated } from "../shared/run-directory.js";
import { printLines, tellLines } from "../shared/handle-closed-stdout.js";
import { filesOfRun, refuseSameFile } from "../shared/same-file.js";

export interface TraceArguments {
  readonly run: string;
  readonly agent?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly results: string;
  readonly json: boolean;
  readonly html?: string | undefined;
  readonly open: boolean;
}

export async function handler(args: TraceArguments): Promise<void> {
  const { run, from, to, results, json, html, open } = args;
  if (json && (html !== undefined || open))
    throw new UsageError("--json prints the events, --html and --open draw them: give one of them");
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
  const breaksOff = (): string =>
    `it breaks off at ${(reachedMs / 1000).toFixed(3)} s: the ${isFinished(directory) ? "file is damaged" : "run was cut off"}`;
  const nothing = (): UsageError => {
    const when = from === undefined && to === undefined ? "" : " in that time";
    return new UsageError(
      `the trace of ${directory} has nothing about an agent ${agent}${when}${isIncomplete ? `; ${breaksOff()}` : ""}`,
    );
  };
  const warnIfIncomplete = (): void => {
    if (isIncomplete) tellLines(`${path}: ${breaksOff()}`);
  };
  if (html !== undefined || open) {
    if (agent === undefined) throw new UsageError("a picture is of one agent: add --agent, such as --agent 17");
    const isNamed = html !== undefined && html !== "";
    const page = isNamed ? html : join(directory, `agent-${agent.replaceAll(/[^\w-]/g, "_")}.html`);
    if (isNamed) refuseSameFile([{ name: "--html", path: page }], filesOfRun(directory));
    const picture = renderAgentPage(events(), agent, directory);
    if (picture === undefined) throw nothing();
    if (isNamed) writeText(page, picture);
    else writeAtomically(page, picture);
    printLines(relative("", page));
    warnIfIncomplete();
    if (open) await openPage(page);
    return;
  }
  const found = events();
  const first = found.next();
  if (first.done === true && agent !== undefined) throw nothing();
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
  if (toMs < fromMs) throw new UsageError(`--to must not be before --from: nothing happens from ${from} to ${to}`);
  return { fromMs, toMs };
}

/** @throws UsageError for a run that has none */
function traceOf(directory: string): string {
  const path = join(directory, RUN_FILES.trace);
  // Of a simulated run whose trace is gone, that is what reading it says.
  if (isSimulated(directory)) return path;
  if (![RUN_FILES.summary, RUN_FILES.database].some((file) => existsSync(join(directory, file))))
    throw new UsageError(`${directory} is no run`);
  throw new UsageError(
    `${directory} is a run on real threads, which has no trace; \`simulate replay ${quoteForShell(directory)} --agent ID\` prints what was done to an agent`,
  );
}

/** A page with the agent's life; undefined when the events have nothing about such an agent. */
function renderAgentPage(events: Iterable<TraceEvent>, agentId: string, directory: string): string | undefined {
  const sequence = agentSequence(events, { agentId });
  if (sequence.rows.length === 0) return undefined;
  return renderSequencePage({
    title: `Agent ${agentId}`,
    problems: [],
    facts: [`run ${basename(directory)}`, plural(sequence.rows.length, "event"), "simulated time"],
    command: { label: "As text", text: `simulate trace ${quoteForShell(directory)} --agent ${quoteForShell(agentId)}` },
    sequence,
  });
}

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
  if (ms === undefined)
    throw new UsageError(`--${option} must be a time with a unit, such as "6s" or "6500ms", not "${text}"`);
  return ms;
}

/** Whoever reads has seen enough, as \`head\` does. */
function ignoreClosedPipe(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
}
