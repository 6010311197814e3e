/** Formats of numbers and text in all outputs. */
import { at } from "./assert.js";

/** A whole number with thousands separators: 12,345. */
export function formatCount(n: number): string {
  return n.toLocaleString("en-GB", { maximumFractionDigits: 0 });
}

/** "1 worker", "2,500 workers". */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${formatCount(n)} ${n === 1 ? one : many}`;
}

/** How many workers a plan has. */
export interface PlannedWorkers {
  /** Those that arrive at planned times, and the sequences of closed models. */
  readonly workers: number;
  /** Of closed models, all together; absent when all workers arrive at planned times. */
  readonly closed?: {
    /** The greatest numbers that are kept. */
    readonly atOnce: number;
    /** The lengths of the sequences: no more begin. */
    readonly workers: number;
    /** When the first of them begin, ms of the run. */
    readonly startMs: number;
    /** How long they begin, ms. */
    readonly arrivalsMs: number;
    /** What they do, which no other worker does; absent where it is not known. */
    readonly behaviours?: string[];
  };
}

/** "2,500 workers"; in a closed model "200 workers at once"; of both "2,500 workers and 200 at once". */
export function workersText({ workers, closed }: PlannedWorkers): string {
  if (closed === undefined) return plural(workers, "worker");
  const open = workers - closed.workers;
  if (open === 0) return `${plural(closed.atOnce, "worker")} at once`;
  return `${plural(open, "worker")} and ${formatCount(closed.atOnce)} at once`;
}

/** A time in ms with about three digits, without its unit: 0.012, 1.23, 45.6, 1,234. A dash when not measured. */
export function formatMs(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return "–";
  if (ms >= 100) return formatCount(ms);
  return ms.toFixed(ms >= 10 ? 1 : ms >= 1 ? 2 : 3);
}

/** A time as seconds: 12.3 s. */
export function formatSeconds(ms: number, decimals = 1): string {
  return `${(ms / 1000).toFixed(decimals)} s`;
}

/** How long a run took: 12.3 s, and from a minute on 39m 05s or 1h 02m 05s. */
export function formatElapsed(ms: number): string {
  // 59.96 s would be "60.0 s".
  if (ms < 59_950) return formatSeconds(ms);
  const seconds = Math.round(ms / 1000);
  const twoDigits = (n: number): string => String(n).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, twoDigits(seconds % 60)];
  return hours === 0 ? `${minutes}m ${rest}s` : `${hours}h ${twoDigits(minutes)}m ${rest}s`;
}

/** As {@link formatMs}, for a bound: with all its digits when three digits would change its value. */
export function formatBound(ms: number): string {
  const text = formatMs(ms);
  return numberIn(text) === ms ? text : ms.toLocaleString("en-GB", { maximumFractionDigits: 20 });
}

function numberIn(text: string): number {
  return Number(text.replaceAll(",", ""));
}

/** As {@link formatMs}, for a time next to a bound: with enough digits to compare as the exact time does. */
export function formatAgainst(ms: number | null, boundMs: number): string {
  if (ms === null) return formatMs(ms);
  const isOnSameSide = (text: string): boolean => Math.sign(numberIn(text) - boundMs) === Math.sign(ms - boundMs);
  const figures = [formatMs(ms), ...Array.from({ length: 20 }, (_, index) => ms.toFixed(index + 1))];
  return figures.find(isOnSameSide) ?? String(ms);
}

/** A share of a whole: 12.3 %. */
export function formatShare(part: number, whole: number): string {
  return whole === 0 ? "–" : `${((part / whole) * 100).toFixed(1)} %`;
}

/** The change from one figure to another: in per cent, or as a factor when it is large. A dash when it is undefined. */
export function changeOf(before: number | null | undefined, after: number | null | undefined): string {
  if (typeof before !== "number" || typeof after !== "number" || before === 0) return "–";
  const ratio = after / before;
  if (ratio >= 10) return `×${formatCount(ratio)}`;
  if (ratio > 0 && ratio <= 0.1) return `÷${formatCount(1 / ratio)}`;
  const percent = Math.abs(ratio - 1) * 100;
  return `${ratio > 1 ? "+" : ratio < 1 ? "−" : ""}${percent.toFixed(percent === 0 || percent >= 10 ? 0 : 1)} %`;
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar that is `width` characters long at `share` 1, in steps of an eighth of a character. */
export function bar(share: number, width: number): string {
  // NaN, the share of an empty total, gives an empty bar.
  const eighths = Math.round((share > 0 ? Math.min(share, 1) : 0) * width * 8);
  return "█".repeat(Math.floor(eighths / 8)) + at(EIGHTHS, eighths % 8);
}

const LEVELS = "▁▂▃▄▅▆▇█";

/** A row of columns, one for each value, scaled to the greatest value. A missing value is a blank. */
export function sparkline(values: readonly (number | null)[]): string {
  const greatest = Math.max(...values.map((value) => value ?? 0));
  return values
    .map((value) =>
      value === null ? " " : at(LEVELS, greatest === 0 ? 0 : Math.round((value / greatest) * (LEVELS.length - 1))),
    )
    .join("");
}

/** Breaks `text` at spaces into lines of at most `width` characters. A longer word is not broken. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
