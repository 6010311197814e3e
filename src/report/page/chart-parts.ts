/** Axes and lines that the charts share. */
import type uPlot from "uplot";
import { formatMs } from "../../vocabulary/format-figures.js";
import { colour } from "./theme.js";
import { axis, clockTime } from "./time-chart.js";

/** The width of the axis at the left: the same for all charts, so that those over time are aligned. CSS pixels. */
export const Y_SIZE = 48;
// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- uPlot's enumeration exists only in its types
export const LOGARITHMIC = 3 as uPlot.Scale.Distr;

export const msValue = (_chart: uPlot, value: number | null): string => (value === null ? "" : `${formatMs(value)} ms`);

export const countValue = (_chart: uPlot, value: number | null): string =>
  value === null ? "" : Math.round(value).toLocaleString("en-GB");

/** Round numbers between both: 1, 2 and 5 of each decade, or only decades when there are many. */
export function roundNumbers(min: number, max: number): number[] {
  const steps = max / min > 200 ? [1] : [1, 2, 5];
  const first = Math.floor(Math.log10(min));
  const decades = Array.from({ length: Math.ceil(Math.log10(max)) - first + 1 }, (_, n) => 10 ** (first + n));
  return decades
    .flatMap((decade) => steps.map((step) => Number((step * decade).toPrecision(1))))
    .filter((number) => number >= min * 0.999 && number <= max * 1.001);
}

/** The whole decades around the values, for the range of a logarithmic axis. */
export function decades(values: readonly number[]): [number, number] {
  if (values.length === 0) return [0.01, 1];
  return [10 ** Math.floor(Math.log10(Math.min(...values))), 10 ** Math.ceil(Math.log10(Math.max(...values)) + 1e-9)];
}

/** A logarithmic axis of ms. Only decades have a line, unless there are few: more lines would hide the data. */
export function msAxis(): uPlot.Axis {
  return {
    ...axis({ scale: "y", size: Y_SIZE }),
    splits: (_chart, _axis, min, max) => roundNumbers(min, max),
    filter: (_chart, splits) => splits,
    values: thousands,
  };
}

export const line = (label: string, name: string, options: uPlot.Series = {}): uPlot.Series => ({
  label,
  stroke: () => colour(name),
  width: 2,
  points: { show: false },
  value: msValue,
  ...options,
});

export const thousands = (_chart: uPlot, splits: number[]): string[] =>
  splits.map((n) => (n >= 10_000 ? `${n / 1000}k` : n.toLocaleString("en-GB", { maximumSignificantDigits: 4 })));

/** The time in the legend of a chart over time. */
export const timeSeries: uPlot.Series = {
  label: "at",
  value: (_chart, value: number | null) => (value === null ? "" : clockTime(value)),
};
