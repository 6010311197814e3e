/** A table of latencies for a terminal: a line for each distribution. */
import type { ChalkInstance } from "chalk";
import { formatCount, formatMs } from "../../vocabulary/index.js";
import type { TrendSummary } from "../../results/index.js";

export const LABEL_WIDTH = 26;
export const CELL_WIDTH = 9;

export interface LatencyRow {
  readonly label: string;
  readonly trend: TrendSummary;
  /** Whether it is for comparison only. */
  readonly isAside?: boolean;
}

/** The columns of a table. When they do not all fit, those with the greatest `rank` are omitted. */
const FIGURES: readonly {
  readonly head: string;
  readonly rank: number;
  readonly cell: (trend: TrendSummary) => string;
}[] = [
  { head: "count", rank: 3, cell: ({ count }) => formatCount(count) },
  { head: "p50", rank: 0, cell: ({ p50 }) => formatMs(p50) },
  { head: "p90", rank: 6, cell: ({ p90 }) => formatMs(p90) },
  { head: "p95", rank: 4, cell: ({ p95 }) => formatMs(p95) },
  { head: "p99", rank: 1, cell: ({ p99 }) => formatMs(p99) },
  { head: "p99.9", rank: 5, cell: ({ p999 }) => formatMs(p999) },
  { head: "max", rank: 2, cell: ({ max }) => formatMs(max) },
];

/** How many cells fit beside a label. */
export const roomFor = (width: number): number => Math.max(1, Math.floor((width - LABEL_WIDTH) / CELL_WIDTH));
export const inCells = (texts: readonly string[]): string => texts.map((text) => text.padStart(CELL_WIDTH)).join("");

export function latencyTable(
  title: string,
  rows: readonly LatencyRow[],
  chalk: ChalkInstance,
  width: number,
): string[] {
  const columns = FIGURES.filter(({ rank }) => rank < roomFor(width));
  const lines = ({ label, trend, isAside = false }: LatencyRow): string[] => {
    const figures = inCells(columns.map(({ cell }) => cell(trend)));
    const room = LABEL_WIDTH - 2;
    // A name that is too long has a line of its own: the columns stay aligned.
    const texts =
      label.length > room
        ? [`  ${label}`, `${" ".repeat(LABEL_WIDTH)}${figures}`]
        : [`  ${label.padEnd(room)}${figures}`];
    return isAside ? texts.map((text) => chalk.dim(text)) : texts;
  };
  return [
    `${chalk.bold(title.padEnd(LABEL_WIDTH))}${inCells(columns.map(({ head }) => head))}`,
    ...rows.flatMap(lines),
  ];
}
