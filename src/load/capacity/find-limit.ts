/**
 * Bottleneck above the capacity: from the summaries of the first run that failed there and of the last run that
 * passed below it. The rules, in this order; the first that applies names the part:
 *
 * 1. an invariant broke, or the run died;
 * 2. other programs kept the machine busy, or its cores were busy nearly all the time;
 * 3. one thread was on a core, or ready and waiting for one, nearly all the time;
 * 4. the generator did not keep its schedule, or, in this process, did not generate the load;
 * 5. over a network: the target, as neither the machine nor the generator had reached a limit;
 * 6. no threshold on a time failed, but one on a count or a share: no part gave out that the figures show;
 * 7. the wait for a commit grew by more than any stage of a live update's path: the database;
 * 8. the stage of the path whose p99 grew most: the threads that it waits for.
 */
import { at, formatMs, formatShare } from "../../vocabulary/index.js";
import { isMetric, METRICS, STAGES, untagged, type TrendName } from "../measure/index.js";
import { hasPlatform, stageLabel, type CapacityLimit, type CapacityTrial, type Summary } from "../../results/index.js";

/** Cores that are busy for such a share of a run limit it. The drain at its end, which is idle, is in the run. */
const FULL_MACHINE = 0.9;
/** A thread that is ready for such a share of a run limits it. */
const FULL_THREAD = 0.9;

/** The thread that a stage of the path waits for. */
const STAGE_THREADS: Readonly<Record<(typeof STAGES)[number], string>> = {
  stage_send: "the client threads",
  stage_route: "the loop thread",
  stage_wake: "the task threads",
  stage_take: "the task threads",
  stage_state: "the task threads",
  stage_reply: "the task threads",
  stage_seen: "the loop and client threads",
};

/** A trial that failed, and its summary; undefined when its run died. */
export interface FailedRun {
  readonly trial: CapacityTrial;
  readonly summary: Summary | undefined;
}

/** What gave out in the run `failed`. `passed`: the summary of a run at the capacity; undefined when none passed. */
export function findLimit({ trial, summary }: FailedRun, passed: Summary | undefined): CapacityLimit {
  const reason = at(trial.reasons, 0);
  if (summary === undefined) return { part: "process", what: reason, evidence: [] };
  const figures = figuresOf(summary, passed);
  const { part, what } = partOf(trial, summary, figures);
  return {
    part,
    what,
    evidence: [...trial.reasons.filter((line) => line !== what), ...linesOf(summary, passed, figures)],
  };
}

/** A time of both runs. */
interface Growth {
  readonly name: TrendName;
  /** p99, ms. */
  readonly from: number | null;
  readonly to: number;
  readonly by: number;
}

/** The thread that was ready for the greatest share of the run. */
interface BusyThread {
  readonly thread: string;
  readonly part: "generator" | "platform";
  /** On a core, or waiting for one. */
  readonly share: number;
}

interface Figures {
  /** Of the cores, by all programs of the machine. */
  readonly share: number;
  /** Undefined where the CPU of threads is not known. */
  readonly busiest: BusyThread | undefined;
  /** The stage that grew most; undefined over a network, where there are none. */
  readonly stage: Growth | undefined;
  readonly commit: Growth | undefined;
}

function figuresOf(summary: Summary, passed: Summary | undefined): Figures {
  const growth = (name: TrendName): Growth[] => {
    const to = summary.trends[name]?.p99 ?? null;
    const from = passed?.trends[name]?.p99 ?? null;
    return to === null ? [] : [{ name, from, to, by: to - (from ?? 0) }];
  };
  return {
    share: busyShare(summary),
    busiest: busiestThread(summary),
    stage: STAGES.flatMap(growth).sort((a, b) => b.by - a.by)[0],
    commit: growth("status_commit_time")[0],
  };
}

function busyShare({ machine, health, environment }: Summary): number {
  if (machine === undefined) return health.process.cpuCores / environment.cores;
  return (machine.ownCores + machine.othersCores + machine.stolenCores) / machine.cores;
}

function busiestThread({ health, durationMs }: Summary): BusyThread | undefined {
  return (health.cpu?.threads ?? [])
    .map(({ thread, part, cpuMs, waitedMs }) => ({ thread, part, share: (cpuMs + (waitedMs ?? 0)) / durationMs }))
    .sort((a, b) => b.share - a.share)[0];
}

type Named = Pick<CapacityLimit, "part" | "what">;

function partOf({ outcome, reasons }: CapacityTrial, summary: Summary, figures: Figures): Named {
  const { share, busiest, stage, commit } = figures;
  const reason = at(reasons, 0);
  if (outcome === "broken") return { part: "invariant", what: reason };
  if (outcome === "inconclusive") return { part: "machine", what: reason };
  if (share >= FULL_MACHINE) return { part: "machine", what: `the CPU of the machine: ${coresText(summary)}` };
  if (busiest !== undefined && busiest.share >= FULL_THREAD)
    return { part: busiest.part === "generator" ? "generator" : "thread", what: `the thread ${busyText(busiest)}` };
  if (summary.load?.generated === false)
    return { part: summary.target === undefined ? "generator" : "target", what: reason };
  if (!summary.schedule.kept)
    return {
      part: "generator",
      what: `the generator: actions ran ${formatMs(summary.schedule.slipP99Ms)} ms late (p99; allowed: ${formatMs(summary.schedule.boundMs)} ms)`,
    };
  if (summary.engine === "network") return { part: "target", what: `the target: ${reason}` };
  if (!isSlow(summary)) return { part: "unknown", what: reason };
  if (commit !== undefined && commit.by > (stage?.by ?? 0))
    return { part: "database", what: `the database: p99 of a commit ${grownText(commit)}` };
  if (stage !== undefined && stage.by > 0) {
    const threads = STAGE_THREADS[stage.name as keyof typeof STAGE_THREADS];
    return { part: "thread", what: `${threads}: p99 of the stage "${stageLabel(stage.name)}" ${grownText(stage)}` };
  }
  return { part: "unknown", what: reason };
}

/** Whether a threshold on a time failed. */
function isSlow({ thresholds }: Summary): boolean {
  return thresholds.some(({ metric: tagged, passed }) => {
    const metric = untagged(tagged);
    return !passed && isMetric(metric) && METRICS[metric].type === "trend";
  });
}

/** The figures that the rules look at. */
function linesOf(summary: Summary, passed: Summary | undefined, { busiest, stage, commit }: Figures): string[] {
  const before = passed === undefined ? "" : `, ${coresText(passed)} at the capacity`;
  const lines = [`used ${coresText(summary)}${before}`];
  const { cpu } = summary.health;
  if (cpu !== undefined) {
    const shareOf = (ms: number): string => formatShare(ms, cpu.totalMs);
    const platform = hasPlatform(cpu) ? `the platform ${shareOf(cpu.platformMs)}, ` : "";
    lines.push(
      `of its CPU, the generator had ${shareOf(cpu.generatorMs)}, ${platform}the runtime ${shareOf(cpu.runtimeMs)}`,
    );
  }
  if (busiest !== undefined) lines.push(`the busiest thread: ${busyText(busiest)}`);
  if (stage !== undefined) lines.push(`the stage that grew most: "${stageLabel(stage.name)}", p99 ${grownText(stage)}`);
  if (commit !== undefined) lines.push(`a commit of the database: p99 ${grownText(commit)}`);
  const [latest] = summary.health.threads
    .flatMap(({ thread, eventLoopDelay }) => (eventLoopDelay === null ? [] : [{ thread, p99Ms: eventLoopDelay.p99Ms }]))
    .sort((a, b) => b.p99Ms - a.p99Ms);
  if (latest !== undefined) lines.push(`the latest event loop: ${latest.thread}, p99 ${formatMs(latest.p99Ms)} ms`);
  lines.push(`actions ran ${formatMs(summary.schedule.slipP99Ms)} ms late (p99)`);
  return lines;
}

function coresText({ machine, health, environment }: Summary): string {
  const own = `${health.process.cpuCores.toFixed(2)} of ${environment.cores} cores`;
  return machine === undefined ? own : `${own}, other programs ${machine.othersCores.toFixed(2)}`;
}

function busyText({ thread, share }: BusyThread): string {
  return `${thread}, on a core or ready for one ${formatShare(share, 1)} of the time`;
}

function grownText({ from, to }: Growth): string {
  return from === null ? `${formatMs(to)} ms` : `${formatMs(from)} → ${formatMs(to)} ms`;
}
