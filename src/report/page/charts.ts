/** The charts of the report, each from its part of the data. */
import uPlot from "uplot";
import type { ReportData } from "../../results/data.js";
import type { CapacityData } from "../../results/capacity-data.js";
import { assert, at } from "../../vocabulary/assert.js";
import { statusClass } from "../status-class.js";
import { capacityChart } from "./capacity-chart.js";
import { decades, line, LOGARITHMIC, msAxis, thousands, timeSeries, Y_SIZE } from "./chart-parts.js";
import type { CommonScales } from "./common-scales.js";
import type { ChartSpec } from "./draw-chart.js";
import { cellsAt, heatMap } from "./heat-map.js";
import { machineChart } from "./machine-chart.js";
import { colour } from "./theme.js";
import { axis, lanesHeight, phaseBands, timeAxis, timeScale } from "./time-chart.js";

/** The data in the page. */
export interface PageData {
  readonly runs: readonly ReportData[];
  /** The scales of the charts of its runs. */
  readonly scales: CommonScales;
  /** Of the page of a search for a capacity, which has no runs. */
  readonly capacity: CapacityData | undefined;
}

/** Draws a chart of the page, or of one of its runs. */
type Chart = (page: PageData, run: number) => ChartSpec;

const ofRun =
  (draw: (run: ReportData, scales: CommonScales) => ChartSpec): Chart =>
  ({ runs, scales }, run) =>
    draw(at(runs, run), scales);

/** The charts by their name in `data-chart`. */
export const CHARTS: Readonly<Record<string, Chart>> = {
  latency: ofRun(latency),
  rate: ofRun(rate),
  machine: ofRun(machineChart),
  "statuses-main": ofRun((run, scales) => statuses(run, "main", scales)),
  "statuses-onboarding": ofRun((run, scales) => statuses(run, "onboarding", scales)),
  percentiles: ({ runs }) => percentiles(runs),
  capacity: ({ capacity }) => {
    assert(capacity !== undefined, "the page of a search has its data");
    return capacityChart(capacity);
  },
};

type ChartColumn = (number | null)[];

const countValue = (_chart: uPlot, value: number | null): string =>
  value === null ? "" : Math.round(value).toLocaleString("en-GB");

function latency(run: ReportData, { durationMs, latencyMs, cellUpdatesPerMs, lanes }: CommonScales): ChartSpec {
  const { latency: over } = run;
  const { lengthMs, startMs } = over;
  const [x, columns] = withGaps(startMs, lengthMs, [over.p50, over.p99, over.max, over.count]);
  return {
    data: [x, ...columns],
    height: 320,
    padding: [lanesHeight(lanes) + 6, 8, 0, 0],
    scales: {
      x: timeScale(durationMs),
      y: { distr: LOGARITHMIC, range: () => [...latencyMs] },
      count: { auto: false, range: [0, 1] },
    },
    axes: [timeAxis(), msAxis()],
    series: [
      timeSeries,
      line("p50", "p50"),
      line("p99", "p99"),
      line("max", "max", { dash: [4, 4], width: 1.5 }),
      { label: "updates", scale: "count", paths: () => null, points: { show: false }, value: countValue },
    ],
    plugins: [phaseBands(run, lanes), heatMap(over, cellUpdatesPerMs)],
    cells: (seconds) => cellsAt(over, seconds),
    isOverTime: true,
  };
}

function rate(run: ReportData, { durationMs, updatesPerSecond }: CommonScales): ChartSpec {
  const { lengthMs, startMs, count } = run.latency;
  const [x, columns] = withGaps(startMs, lengthMs, [count.map((n) => (n * 1000) / lengthMs)], 0);
  return {
    data: [x, ...columns],
    height: 140,
    padding: [8, 8, 0, 0],
    scales: { x: timeScale(durationMs), y: { range: [0, Math.max(1, updatesPerSecond * 1.05)] } },
    axes: [timeAxis(), axis({ scale: "y", size: Y_SIZE, values: thousands })],
    series: [
      timeSeries,
      line("updates a second", "link", {
        fill: () => `color-mix(in srgb, ${colour("link")} 22%, transparent)`,
        width: 1.5,
        value: countValue,
      }),
    ],
    plugins: [phaseBands(run)],
    isOverTime: true,
  };
}

/** The columns with their values in the middle of their intervals, and with `gap` in each interval without samples. */
function withGaps(
  startMs: readonly number[],
  lengthMs: number,
  columns: readonly (readonly number[])[],
  gap: number | null = null,
): [number[], ChartColumn[]] {
  if (startMs.length === 0) return [[], columns.map(() => [])];
  const first = at(startMs, 0);
  const length = Math.round((at(startMs, startMs.length - 1) - first) / lengthMs) + 1;
  const places = startMs.map((start) => Math.round((start - first) / lengthMs));
  const spread = columns.map((column) => {
    const filled: ChartColumn = new Array<number | null>(length).fill(gap);
    places.forEach((place, index) => (filled[place] = at(column, index)));
    return filled;
  });
  return [Array.from({ length }, (_, index) => (first + (index + 0.5) * lengthMs) / 1000), spread];
}

/** Stacked: each series is drawn up to the sum of itself and the series below it, the highest sum first. */
function statuses(run: ReportData, type: "main" | "onboarding", scales: CommonScales): ChartSpec {
  const { atMs, series } = run.statuses[type];
  // The lifecycle goes from top to bottom, so that the final statuses, which only grow, are at the bottom.
  const sums = series.map((_, index) =>
    atMs.map((_at, point) => series.slice(index).reduce((sum, { agents }) => sum + at(agents, point), 0)),
  );
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  return {
    data: [atMs.map((ms) => ms / 1000), ...sums],
    height: 230,
    padding: [8, 8, 0, 0],
    scales: { x: timeScale(scales.durationMs), y: { range: [0, Math.max(1, scales.agents[type])] } },
    axes: [timeAxis(), axis({ scale: "y", size: Y_SIZE, values: thousands })],
    series: [
      timeSeries,
      ...series.map(({ status, agents }): uPlot.Series => {
        const name = statusClass(status);
        return {
          label: status,
          stroke: () => colour(name),
          fill: () => colour(name),
          width: 0,
          points: { show: false },
          ...(stepped !== undefined && { paths: stepped }),
          value: (_chart, _sum, _series, point) => (point === null ? "" : at(agents, point).toLocaleString("en-GB")),
        };
      }),
    ],
    plugins: [phaseBands(run)],
    isOverTime: true,
  };
}

/** HdrHistogram's scale: each further nine has the same width. The x value is 1 / (1 - percentile). */
function percentiles(runs: readonly ReportData[]): ChartSpec {
  const curves = runs.flatMap((run, index) => {
    if (runs.length === 1) return run.percentiles;
    // Of two runs, only the latency that has thresholds is compared.
    return run.percentiles.slice(0, 1).map((curve) => ({ ...curve, name: `${index === 0 ? "A" : "B"}: ${run.runId}` }));
  });
  const x = [...new Set(curves.flatMap(({ percent }) => percent))].sort((a, b) => a - b);
  const columns = curves.map(({ percent, ms }): ChartColumn => {
    const msAt = new Map(percent.map((p, index) => [p, at(ms, index)]));
    // Curves can have different percentiles.
    return x.map((p) => msAt.get(p) ?? null);
  });
  const all = columns.flat().filter((ms): ms is number => ms !== null && ms > 0);
  const xs = x.map((p) => 100 / (100 - p));
  return {
    data: [xs, ...columns],
    height: 300,
    padding: [8, 16, 0, 0],
    scales: {
      x: { time: false, distr: LOGARITHMIC, range: () => [1, Math.max(10, xs.at(-1) ?? 10)] },
      y: { distr: LOGARITHMIC, range: () => decades(all) },
    },
    axes: [
      axis({
        scale: "x",
        size: 34,
        splits: ({ width }, _axis, _min, max) => nines(max, width),
        filter: (_chart, splits) => splits,
        values: (_chart, splits) => splits.map(percentName),
      }),
      msAxis(),
    ],
    series: [
      { label: "at", value: (_chart, value: number | null) => (value === null ? "" : percentName(value)) },
      ...curves.map(({ name }, index) => line(name, `curve-${index}`, { spanGaps: true })),
    ],
    plugins: [],
  };
}

const nines = (max: number, width: number): number[] =>
  [1, ...(width < 520 ? [] : [2, 4]), 10, 100, 1000, 1e4, 1e5, 1e6, 1e7].filter((x) => x <= max);
const percentName = (x: number): string =>
  x <= 1 ? "0" : `p${Number((100 - 100 / x).toFixed(Math.max(1, Math.ceil(Math.log10(x)) - 1)))}`;
