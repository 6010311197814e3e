/** The charts of the report, each from its part of the data. */
import uPlot from "uplot";
import type { LatencyOverTime, ReportData } from "../../results/data.js";
import type { CapacityData } from "../../results/capacity-data.js";
import { assert, at } from "../../vocabulary/assert.js";
import { statusClass } from "../status-class.js";
import { capacityChart } from "./capacity-chart.js";
import { countValue, LOGARITHMIC, msAxis, thousands, timeSeries, Y_SIZE } from "./chart-parts.js";
import type { CommonScales } from "./common-scales.js";
import type { ChartSpec } from "./draw-chart.js";
import { cellsAt, heatMap } from "./heat-map.js";
import { machineChart } from "./machine-chart.js";
import type { PartChoice } from "./part-choice.js";
import { latencyLines, rateLines, type TimeLine } from "./part-lines.js";
import { curvesOfBehaviours, curvesOfPhases, curvesOfRuns, percentileChart } from "./percentile-chart.js";
import { colour } from "./theme.js";
import { axis, lanesHeight, phaseBands, timeAxis, timeScale } from "./time-chart.js";

/** The data in the page. */
export interface PageData {
  readonly runs: readonly ReportData[];
  /** The scales of the charts of its runs. */
  readonly scales: CommonScales;
  /** What the reader divides the run by. */
  readonly choice: PartChoice;
  /** Of the page of a search for a capacity, which has no runs. */
  readonly capacity: CapacityData | undefined;
}

/** Draws a chart of the page, or of one of its runs. */
type Chart = (page: PageData, run: number) => ChartSpec;

const ofRun =
  (draw: (run: ReportData, scales: CommonScales, choice: PartChoice) => ChartSpec): Chart =>
  ({ runs, scales, choice }, run) =>
    draw(at(runs, run), scales, choice);

/** The charts by their name in `data-chart`. */
export const CHARTS: Readonly<Record<string, Chart>> = {
  latency: ofRun(latency),
  rate: ofRun(rate),
  machine: ofRun(machineChart),
  "statuses-main": ofRun((run, scales) => statuses(run, "main", scales)),
  "statuses-onboarding": ofRun((run, scales) => statuses(run, "onboarding", scales)),
  percentiles: ({ runs }) => percentileChart(curvesOfRuns(runs)),
  "percentiles-behaviour": ofRun((run) => percentileChart(curvesOfBehaviours(run))),
  "percentiles-phase": ofRun((run, _scales, { span }) => percentileChart(curvesOfPhases(run, span))),
  capacity: ({ capacity }) => {
    assert(capacity !== undefined, "the page of a search has its data");
    return capacityChart(capacity);
  },
};

type ChartColumn = (number | null)[];

function latency(run: ReportData, scales: CommonScales, choice: PartChoice): ChartSpec {
  const { durationMs, latencyMs, cellUpdatesPerMs, lanes } = scales;
  const { latency: over } = run;
  const lines = latencyLines(run, choice);
  const [x, columns] = withGaps(over, [...lines, { values: over.count }]);
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
      ...lines.map(({ series }) => series),
      { label: "updates", scale: "count", paths: () => null, points: { show: false }, value: countValue },
    ],
    plugins: [phaseBands(run, lanes), heatMap(over, cellUpdatesPerMs, choice.by === "all" ? 1 : BEHIND_PARTS)],
    cells: (seconds) => cellsAt(over, seconds),
    isOverTime: true,
  };
}

/** How opaque the heat map of all updates is behind the lines of parts. */
const BEHIND_PARTS = 0.4;

function rate(run: ReportData, { durationMs, updatesPerSecond }: CommonScales, choice: PartChoice): ChartSpec {
  const lines = rateLines(run, choice);
  const [x, columns] = withGaps(run.latency, lines);
  return {
    data: [x, ...columns],
    height: 140,
    padding: [8, 8, 0, 0],
    scales: { x: timeScale(durationMs), y: { range: [0, Math.max(1, updatesPerSecond * 1.05)] } },
    axes: [timeAxis(), axis({ scale: "y", size: Y_SIZE, values: thousands })],
    series: [timeSeries, ...lines.map(({ series }) => series)],
    plugins: [phaseBands(run)],
    isOverTime: true,
  };
}

/** The columns with their values in the middle of their intervals, and with a gap in each interval without samples. */
function withGaps(
  { startMs, lengthMs }: LatencyOverTime,
  lines: readonly Pick<TimeLine, "values" | "gap">[],
): [number[], ChartColumn[]] {
  if (startMs.length === 0) return [[], lines.map(() => [])];
  const first = at(startMs, 0);
  const length = Math.round((at(startMs, startMs.length - 1) - first) / lengthMs) + 1;
  const places = startMs.map((start) => Math.round((start - first) / lengthMs));
  const spread = lines.map(({ values, gap = null }) => {
    const filled: ChartColumn = new Array<number | null>(length).fill(gap);
    places.forEach((place, index) => (filled[place] = at(values, index)));
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
