/** The chart of latencies by percentile: of the whole run, of two runs, or of the parts of a run. */
import type uPlot from "uplot";
import type { PercentileCurve, ReportData } from "../../results/data.js";
import { at } from "../../vocabulary/assert.js";
import { decades, line, LOGARITHMIC, msAxis } from "./chart-parts.js";
import type { ChartSpec } from "./draw-chart.js";
import { axis } from "./time-chart.js";

interface Curve {
  readonly label: string;
  /** The name of its colour in the style sheet. */
  readonly colour: string;
  readonly curve: PercentileCurve;
  readonly options?: uPlot.Series;
}

/** All latencies of one run. Of two runs, only the latency that has thresholds is compared. */
export function curvesOfRuns(runs: readonly ReportData[]): Curve[] {
  const curves = runs.flatMap(({ percentiles, runId }, index) => {
    if (runs.length === 1) return percentiles.map((curve) => ({ label: curve.name, curve }));
    return percentiles.slice(0, 1).map((curve) => ({ label: `${index === 0 ? "A" : "B"}: ${runId}`, curve }));
  });
  return curves.map((each, index) => ({ ...each, colour: `curve-${index}` }));
}

/** The latency of live updates by behaviour, beside that of all. */
export function curvesOfBehaviours({ parts, percentiles }: ReportData): Curve[] {
  const behaviours = parts?.behaviours ?? [];
  return [
    ...behaviours.map(({ curve }, index) => ({ label: curve.name, colour: `part-${index}`, curve })),
    ...ofAll(percentiles),
  ];
}

/** The latency of live updates in the phases of one span, beside that of the whole run. */
export function curvesOfPhases({ parts, percentiles }: ReportData, span: string): Curve[] {
  const phases = (parts?.phases ?? []).filter((phase) => phase.span === span);
  return [
    ...phases.map(({ phase, curve }) => ({ label: `${phase} ${span}`, colour: `part-${phase}`, curve })),
    ...ofAll(percentiles),
  ];
}

function ofAll([curve]: ReportData["percentiles"]): Curve[] {
  return curve === undefined
    ? []
    : [{ label: "all", colour: "part-all", curve, options: { dash: [5, 4], width: 1.5 } }];
}

/** HdrHistogram's scale: each further nine has the same width. The x value is 1 / (1 - percentile). */
export function percentileChart(curves: readonly Curve[]): ChartSpec {
  const x = [...new Set(curves.flatMap(({ curve }) => curve.percent))].sort((a, b) => a - b);
  const columns = curves.map(({ curve: { percent, ms } }): (number | null)[] => {
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
      ...curves.map(({ label, colour, options }) => line(label, colour, { spanGaps: true, ...options })),
    ],
    plugins: [],
  };
}

const nines = (max: number, width: number): number[] =>
  [1, ...(width < 520 ? [] : [2, 4]), 10, 100, 1000, 1e4, 1e5, 1e6, 1e7].filter((x) => x <= max);
const percentName = (x: number): string =>
  x <= 1 ? "0" : `p${Number((100 - 100 / x).toFixed(Math.max(1, Math.ceil(Math.log10(x)) - 1)))}`;
