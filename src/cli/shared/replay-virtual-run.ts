/** `simulate replay` of a virtual run: compares it with its trace, and marks the event at which an invariant broke. */
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import {
  checkInvariants,
  describeBroken,
  markViolation,
  type BrokenInvariant,
  type Mark,
  type RunEvidence,
} from "../../load/check/index.js";
import { agentStepOf, replayVirtual, type ReplayOutcome } from "../../load/run/index.js";
import {
  concerns,
  describeEvent,
  readTrace,
  TraceError,
  type Divergence,
  type TraceEvent,
} from "../../replay/trace/index.js";
import { isFinished, RUN_FILES } from "../../results/index.js";
import { commandLine, EXIT, formatCount, formatSeconds } from "../../vocabulary/index.js";
import { printAll, printLines } from "./print.js";
import { markedRows, rowsNearMarks } from "./marked-rows.js";
import { UsageError } from "./usage-error.js";

/** Repeats the run `times` times, up to the first difference. `agentId`: prints the events of this agent. */
export async function replayVirtualRun(directory: string, times: number, agentId: string | undefined): Promise<void> {
  const events = agentId === undefined ? [] : eventsOf(directory, agentId);
  if (agentId !== undefined && events.length === 0)
    throw new UsageError(`the trace of ${directory} has no events of an agent ${agentId}`);
  let outcome: ReplayOutcome | undefined;
  for (let time = 0; time < times && outcome?.kind !== "diverged"; time++)
    outcome = await replayVirtual(directory, () => setImmediate());
  if (outcome === undefined) return;
  if (outcome.kind === "diverged") {
    describeDiverged(directory, outcome.divergence);
    return;
  }
  const { evidence } = outcome;
  const how = times === 1 ? "" : `, ${formatCount(times)} times`;
  const verdict = `the same: ${formatCount(outcome.events)} events, trace ${outcome.hash}${how}`;
  const isBroken =
    agentId === undefined
      ? printRun(directory, verdict, brokenIn(evidence))
      : printAgent(agentId, events, verdict, brokenIn(onlyOf(evidence, agentId)));
  if (isBroken) process.exitCode = EXIT.invariant;
}

/** The violations in the evidence: of each invariant the first few. */
function brokenIn(evidence: RunEvidence): BrokenInvariant[] {
  const { results } = checkInvariants(evidence);
  return results.flatMap(({ id, violations }) => violations.map((violation) => ({ id, ...violation })));
}

/** The evidence on one agent, and on the units of all: the violations of other agents would take its place. */
function onlyOf(evidence: RunEvidence, agentId: string): RunEvidence {
  const own = <T extends { readonly agentId: string }>(all: Iterable<T>): T[] =>
    [...all].filter((one) => one.agentId === agentId);
  return { ...evidence, clients: own(evidence.clients), tasks: own(evidence.tasks), rows: own(evidence.rows) };
}

/** The events of an agent, without the wake-ups of the scheduler. */
function eventsOf(directory: string, agentId: string): TraceEvent[] {
  const found: TraceEvent[] = [];
  for (const event of readTrace(join(directory, RUN_FILES.trace)).events())
    if (event.actor !== "scheduler" && concerns(event, agentId)) found.push(event);
  return found;
}

function marksOn(events: readonly TraceEvent[], broken: BrokenInvariant, agentId: string): Mark[] {
  return markViolation(
    broken,
    events.map((event) => agentStepOf(event, agentId)),
  );
}

/** Prints the agent's events, with marks. Returns whether it broke an invariant. */
function printAgent(
  agentId: string,
  events: readonly TraceEvent[],
  verdict: string,
  broken: readonly BrokenInvariant[],
): boolean {
  const own = broken.filter((one) => one.agentId === agentId);
  const marks = own.flatMap((one) => marksOn(events, one, agentId));
  const lines = own.map((one) => `✗ ${describeBroken(one)}`);
  printAll([...markedRows(events.map(describeEvent), marks), verdict, ...lines]);
  return own.length > 0;
}

/** Prints the first violation of each broken invariant, with the events around it. Returns whether there is one. */
function printRun(directory: string, verdict: string, broken: readonly BrokenInvariant[]): boolean {
  printLines(verdict);
  const reported = new Set<string>();
  for (const one of broken) {
    if (reported.has(one.id)) continue;
    reported.add(one.id);
    printLines(`✗ ${describeBroken(one)}`);
    const { agentId } = one;
    if (agentId === undefined) continue;
    const events = eventsOf(directory, agentId);
    const marks = marksOn(events, one, agentId);
    const near = marks.length === 0 ? [] : rowsNearMarks(events.map(describeEvent), marks);
    const all = commandLine("replay", directory, "--agent", agentId);
    printLines("", ...near, "", `all events of agent ${agentId}: ${all}`);
  }
  return broken.length > 0;
}

/** Prints how the run differs, and sets the exit code. @throws TraceError when its trace is damaged */
function describeDiverged(directory: string, divergence: Divergence): void {
  const { same, recorded, before, isIncomplete } = divergence;
  if (recorded?.actor === "user" && recorded.operation === "interrupt") {
    const interruptedAt = formatSeconds(recorded.at, 3);
    printLines(`the same up to ${interruptedAt}, when the user interrupted the run: ${formatCount(same)} events`);
    return;
  }
  if (!isIncomplete) {
    printLines(...describeDivergence(divergence));
    process.exitCode = EXIT.notReplayed;
    return;
  }
  const reached = formatSeconds(before.at(-1)?.at ?? 0, 3);
  if (isFinished(directory)) {
    throw new TraceError(
      `${join(directory, RUN_FILES.trace)}: damaged: the run finished, but the trace ends at ${reached}; ` +
        `its ${formatCount(same)} events are the same`,
    );
  }
  printLines(`the same up to ${reached}, the end of the trace: ${formatCount(same)} events; the run did not finish`);
}

function describeDivergence({ same, before, recorded, replayed }: Divergence): string[] {
  const end = "(the end)";
  return [
    `${formatCount(same)} events are the same, the next differs:`,
    "",
    ...before.map((event) => `    ${describeEvent(event)}`),
    `  - ${recorded === undefined ? end : describeEvent(recorded)}`,
    `  + ${replayed === undefined ? end : describeEvent(replayed)}`,
    "",
    "-: recorded, +: replayed. Traces of an older version of the program can differ.",
  ];
}
