/** What a terminal shows of a run that goes on: a few lines that are redrawn, or one line now and then. */
import { Chalk } from "chalk";
import { bar, formatCount, formatMs, plural, sparkline, wrap, printableData } from "../../vocabulary/index.js";

/** A run at one moment. */
export interface ProgressView {
  readonly scenario: string;
  readonly workers: { readonly arrived: number; readonly planned: number };
  readonly elapsedMs: number;
  /** When the plan has nothing more to bring about; the drain begins then. */
  readonly scheduledMs: number;
  /** What goes on, such as "arrivals, rising". */
  readonly stage: string;
  /** Agents by their present status, onboarding agents included. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Live updates so far: those that the task took or, where that cannot be seen, those that were sent. */
  readonly updates: { readonly verb: "taken" | "sent"; readonly count: number; readonly perSecond: number };
  /** Live-update latency so far, ms; absent when there is none. */
  readonly latency?: { readonly p50: number; readonly p99: number; readonly max: number };
  /** p99 of the latency along time, the latest last; null where nothing was measured. */
  readonly latencyOverTime: readonly (number | null)[];
  /** Events that are not as a worker would wish, by what one is called, and how many; zeros are left out when shown. */
  readonly events: Readonly<Record<string, number>>;
  /** What would fail the run if it ended now, a line each. */
  readonly failures: readonly string[];
}

const LABEL = 10;
/** Of the bar in the first line, at most and at least. */
const BAR_WIDTH = 24;
const MIN_BAR = 6;
/** Columns of a sparkline that still says something. */
const MIN_SPARKLINE = 8;

/** Lines to be redrawn in place; none is wider than `width`. */
export function renderProgress(
  given: ProgressView,
  { color, width }: { readonly color: boolean; readonly width: number },
): string {
  const view = printableData(given);
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const line = (label: string, text: string): string =>
    `  ${chalk.dim(label.padEnd(LABEL))}${cut(text, width - LABEL - 2)}`;
  const { elapsedMs, scheduledMs, latency } = view;
  const time = `${seconds(elapsedMs)}${elapsedMs < scheduledMs ? ` of ${seconds(scheduledMs)}` : ""}`;
  const when = `${time}  ${view.stage}`;
  const barWidth = Math.min(BAR_WIDTH, Math.max(MIN_BAR, width - view.scenario.length - when.length - 4));
  return [
    `${chalk.bold(view.scenario)}  ${chalk.cyan(bar(elapsedMs / scheduledMs, barWidth).padEnd(barWidth, "·"))}  ${cut(when, width - view.scenario.length - barWidth - 4)}`,
    line("workers", `${formatCount(view.workers.arrived)} of ${formatCount(view.workers.planned)} arrived`),
    ...wrap(counts(view.statuses), width - LABEL - 2).map((text, at) =>
      line(at === 0 ? "agents" : "", text.replaceAll("\u00a0", " ")),
    ),
    line(
      "updates",
      `${formatCount(view.updates.count)} ${view.updates.verb}, ${formatCount(view.updates.perSecond)} a second`,
    ),
    line(
      "latency",
      latency === undefined ? "none yet" : withSparkline(latency, view.latencyOverTime, width - LABEL - 2),
    ),
    ...(noted(view.events) === "" ? [] : [line("events", noted(view.events))]),
    ...view.failures.map((failure) => `  ${chalk.red("✗")} ${cut(failure, width - 4)}`),
  ].join("\n");
}

/** The figures, and what room they leave for the latest of the sparkline. */
function withSparkline(
  { p50, p99, max }: NonNullable<ProgressView["latency"]>,
  overTime: ProgressView["latencyOverTime"],
  width: number,
): string {
  const figures = `p50 ${formatMs(p50)}  p99 ${formatMs(p99)}  max ${formatMs(max)} ms`;
  const room = width - figures.length - 2;
  return room < MIN_SPARKLINE ? figures : `${figures}  ${sparkline(overTime.slice(-room))}`;
}

/** The same on one line, for logs. */
export function renderProgressLine(given: ProgressView): string {
  const view = printableData(given);
  const { latency, workers, updates, failures } = view;
  return [
    seconds(view.elapsedMs).padStart(7),
    view.stage,
    `${formatCount(workers.arrived)}/${formatCount(workers.planned)} workers`,
    `${formatCount(updates.count)} live updates, ${formatCount(updates.perSecond)}/s`,
    latency === undefined ? "no latency yet" : `latency p50 ${formatMs(latency.p50)} p99 ${formatMs(latency.p99)} ms`,
    ...(noted(view.events) === "" ? [] : [noted(view.events)]),
    ...(failures.length === 0 ? [] : [`failing: ${failures.join("; ")}`]),
  ].join(" · ");
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** "1,204 in task · 37 onboarding"; a count and its status stay on one line. */
function counts(statuses: Readonly<Record<string, number>>): string {
  const shown = Object.entries(statuses).filter(([, agents]) => agents > 0);
  if (shown.length === 0) return "none yet";
  return shown.map(([status, agents]) => `${formatCount(agents)} ${status}`.replaceAll(" ", "\u00a0")).join(" · ");
}

function noted(events: Readonly<Record<string, number>>): string {
  return Object.entries(events)
    .filter(([, n]) => n > 0)
    .map(([name, n]) => plural(n, name, name.endsWith("x") ? `${name}es` : `${name}s`))
    .join(", ");
}

function cut(text: string, width: number): string {
  // By code points: half of a surrogate pair cannot be shown.
  return text.length <= width
    ? text
    : `${Array.from(text)
        .slice(0, Math.max(0, width - 1))
        .join("")}…`;
}
