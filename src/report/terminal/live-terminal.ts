/** The progress of a run in a terminal: a few lines that are redrawn, or single lines for a log. */
import { Chalk } from "chalk";
import {
  bar,
  formatCount,
  formatElapsed,
  formatMs,
  plural,
  sparkline,
  wrap,
  printableData,
} from "../../vocabulary/index.js";

/** The state of a run at one moment. */
export interface ProgressView {
  readonly scenario: string;
  /** `planned` is absent when the platform decides how many arrive. */
  readonly workers: { readonly arrived: number; readonly planned?: number };
  readonly elapsedMs: number;
  /** The end of the plan, when the drain begins. */
  readonly scheduledMs: number;
  /** The present phases, such as "arrivals, rising". */
  readonly phases: string;
  /** Agents by their present status, onboarding agents included. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Live updates so far that the task took, or that were sent when the run does not see when the task takes them. */
  readonly updates: { readonly verb: "taken" | "sent"; readonly count: number; readonly perSecond: number };
  /** Live-update latency so far, ms; absent without samples. */
  readonly latency?: { readonly p50: number; readonly p99: number; readonly max: number };
  /** p99 of the latency by interval, the latest last; null for an interval without samples. */
  readonly latencyOverTime: readonly (number | null)[];
  /** The numbers of disconnects, timeouts and the like, by the name of one. Zeros are not shown. */
  readonly events: Readonly<Record<string, number>>;
  /** The reasons why the run would not pass if it ended now, a line each. */
  readonly failures: readonly string[];
}

const LABEL = 10;
/** The maximum and the minimum width of the bar in the first line. */
const BAR_WIDTH = 24;
const MIN_BAR = 6;
/** A narrower sparkline is not shown. */
const MIN_SPARKLINE = 8;

/** Lines to redraw in place. None is wider than `width`. */
export function renderProgress(
  given: ProgressView,
  { color, width }: { readonly color: boolean; readonly width: number },
): string {
  const view = printableData(given);
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const line = (label: string, text: string): string =>
    `  ${chalk.dim(label.padEnd(LABEL))}${truncate(text, width - LABEL - 2)}`;
  const { elapsedMs, scheduledMs, latency, scenario } = view;
  const time = `${formatElapsed(elapsedMs)}${elapsedMs < scheduledMs ? ` of ${formatElapsed(scheduledMs)}` : ""}`;
  const when = `${time}  ${view.phases}`;
  const barWidth = Math.min(BAR_WIDTH, Math.max(MIN_BAR, width - scenario.length - when.length - 4));
  const progress = chalk.cyan(bar(elapsedMs / scheduledMs, barWidth).padEnd(barWidth, "·"));
  const events = eventsText(view.events);
  return [
    `${chalk.bold(scenario)}  ${progress}  ${truncate(when, width - scenario.length - barWidth - 4)}`,
    line("workers", `${arrivedText(view.workers, " of ")} arrived`),
    ...wrap(statusesText(view.statuses), width - LABEL - 2).map((text, at) =>
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
    ...(events === "" ? [] : [line("events", events)]),
    ...view.failures.map((failure) => `  ${chalk.red("✗")} ${truncate(failure, width - 4)}`),
  ].join("\n");
}

/** The figures, and the latest part of the sparkline that fits beside them. */
function withSparkline(
  { p50, p99, max }: NonNullable<ProgressView["latency"]>,
  overTime: ProgressView["latencyOverTime"],
  width: number,
): string {
  const figures = `p50 ${formatMs(p50)}  p99 ${formatMs(p99)}  max ${formatMs(max)} ms`;
  const room = width - figures.length - 2;
  return room < MIN_SPARKLINE ? figures : `${figures}  ${sparkline(overTime.slice(-room))}`;
}

/** The same as one line, for a log. */
export function renderProgressLine(given: ProgressView): string {
  const view = printableData(given);
  const { latency, workers, updates, failures } = view;
  const events = eventsText(view.events);
  return [
    formatElapsed(view.elapsedMs).padStart(7),
    view.phases,
    `${arrivedText(workers, "/")} workers`,
    `${formatCount(updates.count)} live updates, ${formatCount(updates.perSecond)}/s`,
    latency === undefined ? "no latency yet" : `latency p50 ${formatMs(latency.p50)} p99 ${formatMs(latency.p99)} ms`,
    ...(events === "" ? [] : [events]),
    ...(failures.length === 0 ? [] : [`failing: ${failures.join("; ")}`]),
  ].join(" · ");
}

function arrivedText({ arrived, planned }: ProgressView["workers"], of: string): string {
  return formatCount(arrived) + (planned === undefined ? "" : `${of}${formatCount(planned)}`);
}

/** "1,204 in task · 37 onboarding". A count and its status are not wrapped. */
function statusesText(statuses: Readonly<Record<string, number>>): string {
  const shown = Object.entries(statuses).filter(([, agents]) => agents > 0);
  if (shown.length === 0) return "none yet";
  return shown.map(([status, agents]) => `${formatCount(agents)} ${status}`.replaceAll(" ", "\u00a0")).join(" · ");
}

/** "3 disconnects, 2 full mailboxes"; empty without events. */
function eventsText(events: Readonly<Record<string, number>>): string {
  return Object.entries(events)
    .filter(([, n]) => n > 0)
    .map(([name, n]) => plural(n, name, name.endsWith("x") ? `${name}es` : `${name}s`))
    .join(", ");
}

function truncate(text: string, width: number): string {
  if (text.length <= width) return text;
  // By code points: half of a surrogate pair is not a character.
  const start = Array.from(text).slice(0, Math.max(0, width - 1));
  return `${start.join("")}…`;
}
