/** Texts about a run that several outputs share. */
import {
  assert,
  formatAgainst,
  formatBound,
  formatCount,
  formatElapsed,
  formatMs,
  formatSeconds,
  formatShare,
  plural,
  workersText,
} from "../vocabulary/index.js";
import { formatRate } from "./capacity-texts.js";
import {
  ENGINE_LABELS,
  hasPlatform,
  machineNotes,
  observedText,
  withheldTexts,
  type Summary,
  type Verdict,
} from "../results/index.js";

type Violation = Summary["invariants"][number]["violations"][number];
type Output = NonNullable<Summary["outputs"]>[number];
export type Machine = NonNullable<Summary["machines"]>[number];

/** Seed, number of workers, duration, engine and target. */
export function runFacts({ seed, plan, durationMs, engine, target }: Summary): string[] {
  return [
    `seed ${seed}`,
    workersText(plan),
    formatElapsed(durationMs),
    ENGINE_LABELS[engine],
    ...(target === undefined ? [] : [target.url, `dialect ${target.dialect}`]),
  ];
}

/**
 * What to know about a run beside its verdict, a line each: of a run that passed, that others took a machine; what
 * its plan showed; and what a closed model hides.
 */
export function runNotes(summary: Summary): string[] {
  const taken = summary.verdict.passed ? machineNotes(summary) : [];
  return [...taken, ...(summary.warnings ?? []), ...closedModelNotes(summary)];
}

/** Coordinated omission: the platform decides how much load a closed model makes. */
function closedModelNotes({ plan: { closed }, arrivalRate }: Summary): string[] {
  if (closed === undefined || arrivalRate === undefined) return [];
  return [
    `closed model, ${plural(closed.atOnce, "worker")} at once: ${formatRate(arrivalRate)} workers a second arrived. ` +
      "A slower platform would have received fewer, and its delays would count less (coordinated omission): " +
      "for latencies at a given load, let workers arrive at a rate",
  ];
}

/** The colour of an outcome in a terminal. */
export const OUTCOME_COLOURS = { passed: "green", failed: "red", inconclusive: "yellow" } as const;

/** "passed", "failed (exit 98)", "inconclusive (exit 97)". */
export function outcomeText({ outcome, exitCode }: Pick<Verdict, "outcome" | "exitCode">): string {
  return outcome === "passed" ? outcome : `${outcome} (exit ${exitCode})`;
}

/** Whether a threshold of the run passed, and what was observed. */
export function thresholdOutcome(
  threshold: Summary["thresholds"][number],
  { thresholdsJudged }: Verdict,
): { readonly outcome: "passed" | "failed" | "not judged"; readonly text: string } {
  const observed = observedText(threshold);
  if (!thresholdsJudged || threshold.brokenByEnd === true)
    return { outcome: "not judged", text: `not judged: ${observed}` };
  return { outcome: threshold.passed ? "passed" : "failed", text: observed };
}

const PARTS = {
  workers: ["worker started", "workers started"],
  windows: ["window of disconnects", "windows of disconnects"],
  faults: ["fault", "faults"],
  shutdown: ["shutdown", "shutdowns"],
} as const;

/** What `planned` parts of a plan are called. */
export function partLabel(what: keyof typeof PARTS, planned: number): string {
  return PARTS[what][planned === 1 ? 0 : 1];
}

/**
 * How much of what was planned happened: "80 of 80 workers started", "0 of 1 fault"; and a line for each part that did
 * not.
 */
export function carriedOutTexts({ carriedOut = [] }: Pick<Summary, "carriedOut">): {
  readonly counts: readonly string[];
  readonly missed: readonly string[];
} {
  return {
    counts: carriedOut.map(
      ({ what, planned, carriedOut: n }) => `${formatCount(n)} of ${formatCount(planned)} ${partLabel(what, planned)}`,
    ),
    missed: carriedOut.flatMap(({ missed }) => missed),
  };
}

/** How late the load was generated, without a verdict: "actions ran 1.20 ms late (p99; allowed: 100 ms), …". */
export function latenessText({ slipP99Ms, slipMaxMs, boundMs }: Summary["schedule"]): string {
  if (slipP99Ms === null) return "no action was carried out";
  const p99 = `${formatAgainst(slipP99Ms, boundMs)} ms late (p99; allowed: ${formatBound(boundMs)} ms)`;
  return `actions ran ${p99}, at most ${formatMs(slipMaxMs)} ms`;
}

/**
 * The CPU of the generator, beside that of the platform where it is in this process, and of each thread; lines. None
 * where it is not known, as under simulated time.
 */
export function cpuTexts({ health: { cpu } }: Pick<Summary, "health">): string[] {
  if (cpu === undefined) return [];
  const { totalMs, generatorMs, platformMs, runtimeMs, threads } = cpu;
  const part = (name: string, ms: number): string => `${name} ${formatSeconds(ms)} (${formatShare(ms, totalMs)})`;
  const parts = [
    part("simulated workers and measuring", generatorMs),
    ...(hasPlatform(cpu) ? [part("platform", platformMs)] : []),
    part("runtime", runtimeMs),
  ];
  return [
    `CPU ${formatSeconds(totalMs)}: ${parts.join(", ")}`,
    `CPU by thread: ${threads.map(({ thread, cpuMs }) => `${thread} ${formatSeconds(cpuMs)}`).join(", ")}`,
  ];
}

/** What came of an output: `--out csv=samples.csv: 12,345 samples`. */
export function outputText({ kind, to, unit, delivered, dropped, problem }: Output): string {
  const text = `--out ${kind}=${to}: ${formatCount(delivered)} ${unit}`;
  if (dropped === 0) return problem === null ? text : `${text}; ${problem}`;
  assert(problem !== null, "an output that is incomplete has a reason");
  return `${text}, ${formatCount(dropped)} missing: ${problem}`;
}

/** How long threads waited for a core, and what others used of the machine; lines. */
export function machineTexts(machine: Summary["machine"]): string[] {
  if (machine === undefined) return [];
  const { waits, waitShare, takenShare, withheldShare, cores, othersCores, pressureShare, othersIncludeTarget } =
    machine;
  const share = (part: number): string => formatShare(part, 1);
  const estimated = waits === "estimated" ? ", estimated from the load average" : "";
  const outside = withheldShare >= 0.0005 ? ` (the hypervisor and the CPU limit: ${share(withheldShare)})` : "";
  const others = othersIncludeTarget ? "other programs, the target included," : "other programs";
  const withheld = withheldTexts(machine).map((text) => text && `, ${text}`);
  const pressure =
    pressureShare === null
      ? []
      : [`CPU pressure: some program of the machine waited for a core ${share(pressureShare)} of the time`];
  return [
    `ready threads waited for a core ${share(waitShare)} of the time, ${share(takenShare)} because of other programs${outside}${estimated}`,
    `${others} used ${othersCores.toFixed(2)} of ${plural(cores, "core")}${withheld.join("")}`,
    ...pressure,
  ];
}

/** Whether a machine came to its end and kept its schedule. */
export function isMachineSound({ schedule, lost }: Machine): boolean {
  return schedule.kept && lost === undefined;
}

/**
 * How a machine did: its share, its lateness, its clock, its start, what it and others used; a lost one, what was lost.
 */
export function machineFacts(machine: Machine): string[] {
  const { threads, workers, schedule, clock, startLateMs, process, use, lost } = machine;
  const order = clock.aheadMs < 0 ? "behind" : "ahead";
  const moved = clock.driftMs === null ? "" : `, moved ${formatMs(Math.abs(clock.driftMs))} ms`;
  return [
    ...(lost === undefined ? [] : [`lost: ${lost.why}; ${lost.workers}`]),
    `${plural(workers, "worker")} on ${plural(threads, "thread")}`,
    ...(schedule.slipP99Ms === null ? [] : [latenessText(schedule)]),
    `clock ${formatMs(Math.abs(clock.aheadMs))} ms ${order} ± ${formatMs(clock.uncertaintyMs)} ms${moved}`,
    ...(startLateMs === null ? [] : [`started ${formatMs(startLateMs)} ms late`]),
    ...(process === undefined
      ? []
      : [`used ${process.cpuCores.toFixed(2)} cores, at most ${formatCount(process.peakMemoryBytes / 2 ** 20)} MiB`]),
    ...machineTexts(use),
  ];
}

export function describeViolation({ what, agentId, detail }: Violation): string {
  return `${what}${agentId === undefined ? "" : `, agent ${agentId}`}: ${detail}`;
}

/** Sections of lines, with an empty line between two, without the empty sections. Ends with a line break. */
export function joinSections(sections: readonly (readonly string[])[]): string {
  const texts = sections.filter((lines) => lines.length > 0).map((lines) => lines.join("\n"));
  return `${texts.join("\n\n")}\n`;
}
