/** Texts about a run that several outputs share. */
import { formatAgainst, formatCount, formatMs, formatSeconds, plural } from "../vocabulary/index.js";
import { ENGINE_LABELS, type Summary } from "../results/index.js";

type Violation = Summary["invariants"][number]["violations"][number];
export type Machine = NonNullable<Summary["machines"]>[number];

/** Seed, number of workers, duration, engine and target. */
export function runFacts({ seed, plan, durationMs, engine, target }: Summary): string[] {
  return [
    `seed ${seed}`,
    plural(plan.workers, "worker"),
    formatSeconds(durationMs),
    ENGINE_LABELS[engine],
    ...(target === undefined ? [] : [target.url, `dialect ${target.dialect}`]),
  ];
}

/** Whether a machine came to its end and kept its schedule. */
export function isMachineSound({ schedule, lost }: Machine): boolean {
  return schedule.kept && lost === undefined;
}

/** How a machine did: its share, its slip, its clock, its start, what it used; a lost one, what was lost. */
export function machineFacts({ threads, workers, schedule, clock, startLateMs, process, lost }: Machine): string[] {
  const { slipP99Ms, slipMaxMs, boundMs } = schedule;
  const order = clock.aheadMs < 0 ? "behind" : "ahead";
  const moved = clock.driftMs === null ? "" : `, moved ${formatMs(Math.abs(clock.driftMs))} ms`;
  return [
    ...(lost === undefined ? [] : [`lost: ${lost.why}; ${lost.workers}`]),
    `${plural(workers, "worker")} on ${plural(threads, "thread")}`,
    ...(slipP99Ms === null ? [] : [`slip p99 ${formatAgainst(slipP99Ms, boundMs)} ms, max ${formatMs(slipMaxMs)} ms`]),
    `clock ${formatMs(Math.abs(clock.aheadMs))} ms ${order} ± ${formatMs(clock.uncertaintyMs)} ms${moved}`,
    ...(startLateMs === null ? [] : [`started ${formatMs(startLateMs)} ms late`]),
    ...(process === undefined
      ? []
      : [`${process.cpuCores.toFixed(2)} cores busy, at most ${formatCount(process.peakMemoryBytes / 2 ** 20)} MiB`]),
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
