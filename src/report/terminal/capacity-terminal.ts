/** The search for a capacity, for a terminal: a row for each trial as it ends, and the result. */
import { Chalk, type ChalkInstance } from "chalk";
import type { Capacity, CapacityTrial } from "../../results/index.js";
import {
  assert,
  at,
  EXIT,
  formatCount,
  formatMs,
  formatElapsed,
  plural,
  printable,
  printableData,
  wrap,
} from "../../vocabulary/index.js";
import { capacityFacts, capacityHeading, formatRate } from "../capacity-texts.js";
import { joinSections } from "../run-texts.js";

export interface CapacityOptions {
  readonly color: boolean;
  /** The number of columns; at least 48 are used. */
  readonly width: number;
}

const MIN_WIDTH = 48;

const COLUMNS = [
  ["workers", 9],
  ["arrivals/s", 12],
  ["p50 ms", 9],
  ["p95 ms", 9],
  ["p99 ms", 9],
  ["cores", 7],
  ["late ms", 9],
  ["verdict", 15],
] as const;

/** The heading of the rows of {@link renderTrial}, one line. */
export function renderTrialHeading(): string {
  return COLUMNS.map(([name, width]) => (name === "verdict" ? `  ${name}` : name.padStart(width))).join("");
}

/** A trial as one line. The reason is shortened to `width`. */
export function renderTrial(given: CapacityTrial, { color, width }: CapacityOptions): string {
  const trial = printableData(given);
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const cells = [
    formatCount(trial.workers),
    formatRate(trial.rate),
    formatMs(trial.p50),
    formatMs(trial.p95),
    formatMs(trial.p99),
    trial.cpuCores?.toFixed(2) ?? "–",
    formatMs(trial.slipP99Ms),
  ];
  const figures = cells.map((cell, index) => cell.padStart(COLUMNS[index]?.[1] ?? 0)).join("");
  const [reason = ""] = trial.reasons;
  const room = width - figures.length - trial.outcome.length - 7;
  const shown = reason.length <= room ? reason : room < 12 ? "" : `${reason.slice(0, room - 1)}…`;
  return `${figures}  ${stamp(trial, chalk)}${shown === "" ? "" : `: ${shown}`}`;
}

function stamp({ outcome }: CapacityTrial, chalk: ChalkInstance): string {
  if (outcome === "passed") return chalk.green("✓ passed");
  return outcome === "inconclusive" ? chalk.yellow("? inconclusive") : chalk.red(`✗ ${outcome}`);
}

/** The result, ending with a line break. `directory`: of the search; `resume`: the command that goes on. */
export function renderCapacity(
  given: Capacity,
  { color, width, directory, resume }: CapacityOptions & { readonly directory: string; readonly resume: string },
): string {
  const result = printableData(given);
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const columns = Math.max(MIN_WIDTH, width);
  const isOver = result.end === "found" || result.end === "unbounded" || result.end === "none";
  return joinSections([
    [...heading(result, chalk, columns), ...bracket(result, columns)],
    limit(result, chalk, columns),
    [
      ...(isOver ? [] : [`${chalk.bold("Continue")}      ${printable(resume)}`]),
      `${chalk.bold("Search again")}  ${result.reproduce}`,
      `${chalk.bold("Results")}       ${printable(directory)}`,
    ],
  ]);
}

/** The result and its reason, and the directory: what `--quiet` shows of a search that did not find the capacity. */
export function renderCapacityVerdict(
  given: Capacity,
  { color, width, directory }: CapacityOptions & { readonly directory: string },
): string {
  const result = printableData(given);
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const columns = Math.max(MIN_WIDTH, width);
  return joinSections([
    [
      ...verdict(result, chalk, columns),
      ...failure(result, columns),
      `  ${chalk.bold("Results")}  ${printable(directory)}`,
    ],
  ]);
}

/** `text` in lines of at most `width`, the first after `first`, the others indented as far. */
function hanging(first: string, text: string, width: number, style = (line: string): string => line): string[] {
  const indent = " ".repeat(first.length);
  return wrap(text, width - first.length).map((line, index) => `${index === 0 ? first : indent}${style(line)}`);
}

function heading(result: Capacity, chalk: ChalkInstance, width: number): string[] {
  return [...verdict(result, chalk, width), ...hanging("  ", capacityFacts(result).join(" · "), width)];
}

function verdict(result: Capacity, chalk: ChalkInstance, width: number): string[] {
  const [mark, paint] = markOf(result, chalk);
  const [first = "", ...others] = hanging("  ", capacityHeading(result), width, chalk.bold);
  return [`${paint(mark)}${first.slice(1)}`, ...others];
}

function markOf({ end, exitCode }: Capacity, chalk: ChalkInstance): [mark: string, paint: ChalkInstance] {
  if (exitCode === EXIT.inconclusive) return ["?", chalk.yellow];
  if (end === "found" || end === "unbounded") return ["✓", chalk.green];
  return end === "none" ? ["✗", chalk.red] : ["?", chalk.yellow];
}

/** Both ends of the bracket, and the figures at the capacity. */
function bracket(result: Capacity, width: number): string[] {
  const { capacity, arrivals, trend, engine } = result;
  const lines: string[] = [];
  if (capacity !== null) {
    const { workers, rate, peakRate, p50, p95, p99, cpuCores, liveUnits } = capacity;
    const what = trend === "live_update_latency" ? "live update" : "live update and reply";
    const rates = `${formatRate(rate)} arrivals a second, at most ${formatRate(peakRate)}`;
    const passed = `${rates}: ${plural(workers, "worker")} in ${formatElapsed(arrivals.durationMs)}`;
    const figures = [
      `${what} p50 ${formatMs(p50)} ms, p95 ${formatMs(p95)} ms, p99 ${formatMs(p99)} ms`,
      ...(engine === "virtual"
        ? []
        : [
            `${cpuCores?.toFixed(2) ?? "–"} cores used`,
            liveUnits === null ? "live units not known" : `${plural(liveUnits, "live unit")} at once`,
          ]),
    ];
    lines.push(...hanging("  passes  ", passed, width), ...hanging("          ", figures.join(" · "), width));
  }
  return [...lines, ...failure(result, width)];
}

/** The lowest rate that is known to fail, and why. */
function failure({ fails, trials }: Capacity, width: number): string[] {
  if (fails === null) return [];
  const failed = trials.find(({ workers, outcome }) => workers === fails.workers && outcome !== "passed");
  assert(failed !== undefined, "a trial failed at the lowest rate that fails");
  return hanging("  fails   ", `${formatRate(fails.rate)} a second: ${at(failed.reasons, 0)}`, width);
}

function limit({ limit: found, fails }: Capacity, chalk: ChalkInstance, width: number): string[] {
  if (found === null || fails === null) return [];
  return [
    `${chalk.bold("Bottleneck")} at ${formatRate(fails.rate)} arrivals a second`,
    ...hanging("  ", found.what, width, chalk.bold),
    ...found.evidence.flatMap((line) => hanging("    ", line, width)),
  ];
}
