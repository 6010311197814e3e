/** The picture of a search for a capacity: arrival rate against p50, p99 and CPU, with the knee. */
import uPlot from "uplot";
import type { CapacityData } from "../../results/capacity-data.js";
import { at } from "../../vocabulary/assert.js";
import { decades, line, LOGARITHMIC, msAxis, roundNumbers, thousands, Y_SIZE } from "./chart-parts.js";
import { colour } from "./theme.js";
import type { ChartSpec } from "./draw-chart.js";
import { axis, FONT } from "./time-chart.js";

/** The height of a lane above the plot with the name of a mark, CSS pixels. Each name has a lane: they can be close. */
const LANE = 16;
// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- uPlot's enumeration exists only in its types
const RIGHT = 1 as uPlot.Axis.Side;

/** On a chart that is narrower than this, CSS pixels, more numbers than these would overlap. */
const NARROW = 520;
const MOST_NUMBERS = 5;

const rateText = (rate: number): string =>
  rate.toLocaleString("en-GB", rate >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 });

export function capacityChart(data: CapacityData): ChartSpec {
  const { rates, p50, p99, cores, passed, trials, machineCores } = data;
  const all = [...p50, ...p99].filter((ms): ms is number => ms !== null && ms > 0);
  const points = { show: true, size: 7 };
  return {
    data: [[...rates], [...p50], [...p99], [...cores], [...trials]],
    height: 320,
    padding: [2 * LANE + 4, 8, 0, 0],
    scales: {
      x: { time: false, distr: LOGARITHMIC, range: (_chart, min, max) => aroundRates(rates, min, max) },
      y: { distr: LOGARITHMIC, range: () => decades(all) },
      cores: { range: () => [0, machineCores] },
      trials: { auto: false, range: [0, 1] },
    },
    axes: [
      axis({
        scale: "x",
        size: 48,
        label: "arrivals a second",
        labelSize: 16,
        splits: ({ width }, _axis, min, max) => {
          const all = roundNumbers(min, max);
          return width < NARROW && all.length > MOST_NUMBERS ? all.filter((_, index) => index % 2 === 0) : all;
        },
        filter: (_chart, splits) => splits,
        values: thousands,
      }),
      msAxis(),
      axis({ scale: "cores", side: RIGHT, size: Y_SIZE, grid: { show: false }, label: "cores", labelSize: 16 }),
    ],
    series: [
      { label: "arrivals a second", value: (_chart, rate: number | null) => (rate === null ? "" : rateText(rate)) },
      line("p50", "p50", { spanGaps: true, points }),
      line("p99", "p99", { spanGaps: true, points }),
      line("CPU", "curve-0", {
        ...{ scale: "cores", spanGaps: true, dash: [6, 4], points },
        value: (_chart, n: number | null) => (n === null ? "" : `${n.toFixed(2)} of ${machineCores} cores`),
      }),
      {
        ...{ label: "passed", scale: "trials", paths: () => null, points: { show: false } },
        value: (_chart, _n, _series, index) =>
          index === null ? "" : `${at(passed, index)} of ${at(trials, index)} trials`,
      },
    ],
    plugins: [kneeMark(data)],
  };
}

/** The rates with some space at both sides, unless the reader has zoomed in. */
function aroundRates(rates: readonly number[], min: number, max: number): [number, number] {
  const [first, last] = [rates[0] ?? 1, rates.at(-1) ?? 10];
  return Number.isFinite(min) && (min !== first || max !== last) ? [min, max] : [first / 1.25, last * 1.25];
}

/** Marks the highest rate that passes and the lowest that fails, and the knee between them. */
function kneeMark({ passes, fails }: CapacityData): uPlot.Plugin {
  return {
    hooks: {
      drawClear: (chart) => {
        const { ctx, bbox } = chart;
        if (passes === null || fails === null) return;
        const [from, to] = [passes, fails].map((rate) => within(chart.valToPos(rate, "x", true), bbox));
        if (from === undefined || to === undefined) return;
        ctx.save();
        ctx.fillStyle = colour("bad");
        ctx.globalAlpha = 0.14;
        ctx.fillRect(from, bbox.top, to - from, bbox.height);
        ctx.restore();
      },
      draw: (chart) => {
        mark(chart, passes, "ok", { align: "right", lane: 1, text: (rate) => `capacity ${rateText(rate)}` });
        mark(chart, fails, "bad", { align: "left", lane: 0, text: (rate) => `fails at ${rateText(rate)}` });
      },
    },
  };
}

function within(position: number, { left, width }: uPlot.BBox): number {
  return Math.min(Math.max(position, left), left + width);
}

/** A line at `rate` with a name above the plot, which ends or begins at the line. */
function mark(
  chart: uPlot,
  rate: number | null,
  name: string,
  { align, lane, text }: { align: "left" | "right"; lane: number; text: (rate: number) => string },
): void {
  if (rate === null) return;
  const { ctx, bbox } = chart;
  const position = chart.valToPos(rate, "x", true);
  if (position < bbox.left || position > bbox.left + bbox.width) return;
  const ratio = uPlot.pxRatio;
  ctx.save();
  ctx.fillStyle = colour(name);
  ctx.fillRect(Math.round(position - ratio / 2), bbox.top, Math.max(1, Math.round(1.5 * ratio)), bbox.height);
  ctx.font = FONT.replace("12px", `${11 * ratio}px`);
  ctx.textBaseline = "bottom";
  const { width } = ctx.measureText(text(rate));
  // A name that does not fit at its side goes to the other one.
  const fits = align === "right" ? position - width >= bbox.left : position + width <= bbox.left + bbox.width;
  ctx.textAlign = fits ? align : align === "right" ? "left" : "right";
  ctx.fillText(text(rate), position, bbox.top - (4 + lane * LANE) * ratio);
  ctx.restore();
}
