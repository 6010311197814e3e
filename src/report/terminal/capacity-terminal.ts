/** The search for a capacity, for a terminal: a row for each trial as it ends, and the result. */
import { Chalk, type ChalkInstance } from "chalk";
import type { Capacity, CapacityTrial } from "../../results/index.js";
import { formatCount, formatMs, formatSeconds, plural, printable, printableData } from "../../vocabulary/index.js";
import { capacityFacts, capacityHeading, formatRate } from "../capacity-texts.js";
import { joinSections } from "../run-texts.js";

export interface CapacityOptions {
  readonly color: boolean;
}

const COLUMNS = [
  ["workers", 9],
  ["arrivals/s", 12],
  ["p50 ms", 9],
  ["p99 ms", 9],
  ["cores", 7],
  ["slip ms", 9],
  ["verdict", 15],
] as const;

/** The heading of the rows of {@link renderTrial}, one line. */
export function renderTrialHeading(): string {
  return COLUMNS.map(([name, width]) => (name === "verdict" ? `  ${name}` : name.padStart(width))).join("");
}

/** A trial as one line. The reason is shortened to `width`. */
export function renderTrial(given: CapacityTrial, { color, width }: CapacityOptions & { width: number }): string {
  const trial = printableData(given);
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const cells = [
    formatCount(trial.workers),
    formatRate(trial.rate),
    formatMs(trial.p50),
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
  { color, directory, resume }: CapacityOptions & { readonly directory: string; readonly resume: string },
): string {
  const result = printableData(given);
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const isOver = ["found", "unbounded", "none"].includes(result.end);
  return joinSections([
    [...heading(result, chalk), ...bracket(result)],
    limit(result, chalk),
    [
      ...(isOver ? [] : [`${chalk.bold("Go on")}         ${printable(resume)}`]),
      `${chalk.bold("Search again")}  ${result.reproduce}`,
      `${chalk.bold("Results")}       ${printable(directory)}`,
    ],
  ]);
}

function heading(result: Capacity, chalk: ChalkInstance): string[] {
  const { end } = result;
  const mark =
    end === "found" || end === "unbounded" ? chalk.green("✓") : end === "none" ? chalk.red("✗") : chalk.yellow("?");
  return [`${mark} ${chalk.bold(capacityHeading(result))}`, `  ${capacityFacts(result).join(" · ")}`];
}

/** Both ends of the bracket, and the figures at the capacity. */
function bracket({ capacity, fails, arrivals, trials }: Capacity): string[] {
  const lines: string[] = [];
  if (capacity !== null) {
    const { workers, rate, peakRate, p50, p99, cpuCores, liveUnits } = capacity;
    const seconds = formatSeconds(arrivals.durationMs);
    lines.push(
      `  passes  ${formatRate(rate)} a second: ${plural(workers, "worker")} in ${seconds}, at most ${formatRate(peakRate)} a second`,
      `          p50 ${formatMs(p50)} ms · p99 ${formatMs(p99)} ms · ${cpuCores?.toFixed(2) ?? "–"} cores busy · ` +
        (liveUnits === null ? "live units not known" : `${plural(liveUnits, "live unit")} at once`),
    );
  }
  if (fails !== null) {
    const reason = trials.find(({ workers, outcome }) => workers === fails.workers && outcome !== "passed")?.reasons[0];
    lines.push(`  fails   ${formatRate(fails.rate)} a second: ${reason ?? "no reason given"}`);
  }
  return lines;
}

function limit({ limit: found, fails }: Capacity, chalk: ChalkInstance): string[] {
  if (found === null || fails === null) return [];
  return [
    `${chalk.bold("What gave out first")}, at ${formatRate(fails.rate)} arrivals a second`,
    `  ${chalk.bold(found.what)}`,
    ...found.evidence.map((line) => `    ${line}`),
  ];
}
