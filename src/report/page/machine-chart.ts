/** The chart of the machine: how long ready threads waited for a core, in per cent of their time, and for whom. */
import type uPlot from "uplot";
import type { ReportData } from "../../results/data.js";
import { assert, at } from "../../vocabulary/assert.js";
import { line, timeSeries, Y_SIZE } from "./chart-parts.js";
import { colour } from "./theme.js";
import type { CommonScales } from "./common-scales.js";
import type { ChartSpec } from "./draw-chart.js";
import { axis, phaseBands, timeAxis, timeScale } from "./time-chart.js";

const percentValue = (_chart: uPlot, value: number | null): string => (value === null ? "" : `${value.toFixed(1)} %`);
const coresValue = (_chart: uPlot, value: number | null): string => (value === null ? "" : value.toFixed(2));

export function machineChart(run: ReportData, { durationMs }: CommonScales): ChartSpec {
  const { machine } = run;
  assert(machine !== undefined, "a chart of the machine has its data");
  const { startMs, lengthMs, waitShare, takenShare, ownCores, othersCores } = machine;
  const x = startMs.map((start, index) => (start + at(lengthMs, index) / 2) / 1000);
  const percent = (shares: readonly number[]): number[] => shares.map((share) => 100 * share);
  return {
    data: [x, percent(waitShare), percent(takenShare), [...ownCores], [...othersCores]],
    height: 140,
    padding: [8, 8, 0, 0],
    scales: { x: timeScale(durationMs), y: { range: [0, 100] }, cores: { auto: false, range: [0, 1] } },
    axes: [timeAxis(), axis({ scale: "y", size: Y_SIZE })],
    series: [
      timeSeries,
      line("waited", "link", {
        fill: () => `color-mix(in srgb, ${colour("link")} 22%, transparent)`,
        width: 1.5,
        value: percentValue,
      }),
      line("because of other programs", "p99", { width: 1.5, value: percentValue }),
      onlyInLegend("cores used"),
      onlyInLegend("cores used by other programs"),
    ],
    plugins: [phaseBands(run)],
    isOverTime: true,
  };
}

function onlyInLegend(label: string): uPlot.Series {
  return { label, scale: "cores", paths: () => null, points: { show: false }, value: coresValue };
}
