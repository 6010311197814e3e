/**
 * The heat map behind the latency lines: the number of updates by time and latency. The cell under the cursor is
 * outlined, and a text gives its time, its latencies and its number of updates.
 */
import type uPlot from "uplot";
import type { LatencyOverTime } from "../../results/data.js";
import { at } from "../../vocabulary/assert.js";
import { formatMs, plural } from "../../vocabulary/format-figures.js";
import { colour } from "./theme.js";
import { clockTime } from "./time-chart.js";

/** The space between a cell and its text, CSS pixels. */
const TEXT_GAP = 6;

/** `mostPerMs`: the number of updates per ms that has the darkest colour; `opacity` from 0 to 1. */
export function heatMap(latency: LatencyOverTime, mostPerMs: number, opacity: number): uPlot.Plugin {
  const box = document.createElement("div");
  const text = document.createElement("div");
  box.className = "cell-box";
  text.className = "cell-text";
  return {
    hooks: {
      init: ({ over }) => over.append(box, text),
      drawAxes: (chart) => drawCells(chart, latency, mostPerMs, opacity),
      setCursor: (chart) => showCell(chart, latency, box, text),
    },
  };
}

/** The middles of the cells that have updates at this time, as latencies, ascending. */
export function cellsAt(latency: LatencyOverTime, seconds: number): number[] {
  const { edgesMs, cells } = latency;
  return (cells[columnAt(latency, seconds)] ?? []).flatMap((count, row) => {
    const [low, high] = [at(edgesMs, row), at(edgesMs, row + 1)];
    // The lowest row can begin at 0, which has no logarithm.
    return count === 0 ? [] : [low === 0 ? high / Math.SQRT2 : Math.sqrt(low * high)];
  });
}

function columnAt({ startMs, lengthMs }: LatencyOverTime, seconds: number): number {
  return startMs.findIndex((ms) => ms <= seconds * 1000 && seconds * 1000 < ms + lengthMs);
}

function drawCells(
  chart: uPlot,
  { startMs, lengthMs, edgesMs, cells }: LatencyOverTime,
  mostPerMs: number,
  opacity: number,
): void {
  const { ctx, bbox } = chart;
  const shades = shadesBetween(colour("heat-low"), colour("heat-high"));
  const most = mostPerMs * lengthMs;
  const x = edges(
    startMs.flatMap((ms) => [ms, ms + lengthMs]),
    (ms) => chart.valToPos(ms / 1000, "x", true),
  );
  // A logarithmic axis has no 0: the row of a lowest edge of 0 extends to the end of the axis.
  const y = edges(edgesMs, (ms) => (ms === 0 ? bbox.top + bbox.height : chart.valToPos(ms, "y", true)));
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.globalAlpha = opacity;
  cells.forEach((column, index) => {
    const left = at(x, 2 * index);
    const width = at(x, 2 * index + 1) - left;
    column.forEach((count, row) => {
      if (count === 0) return;
      const [bottom, top] = [at(y, row), at(y, row + 1)];
      // By the logarithm, so that a cell with one slow update is visible beside one with a thousand fast updates.
      ctx.fillStyle = shades(most <= 1 ? 1 : Math.log(count) / Math.log(most));
      ctx.fillRect(left, top, width, bottom - top);
    });
  });
  ctx.restore();
}

/** A cursor of another chart has no height here, so that it points at no cell. */
function showCell(chart: uPlot, latency: LatencyOverTime, box: HTMLElement, text: HTMLElement): void {
  const { over, cursor } = chart;
  const { left = -1, top = -1 } = cursor;
  const { startMs, lengthMs, edgesMs, cells } = latency;
  const column = left < 0 ? -1 : columnAt(latency, chart.posToVal(left, "x"));
  const ms = chart.posToVal(top, "y");
  const row = top < 0 ? -1 : edgesMs.findIndex((edge) => edge > ms) - 1;
  const count = cells[column]?.[row] ?? 0;
  box.hidden = text.hidden = count === 0;
  if (count === 0) return;

  const [fromMs, low, high] = [at(startMs, column), at(edgesMs, row), at(edgesMs, row + 1)];
  const [fromSeconds, toSeconds] = [fromMs / 1000, (fromMs + lengthMs) / 1000];
  const latencies = low === 0 ? `below ${formatMs(high)} ms` : `${formatMs(low)} to ${formatMs(high)} ms`;
  text.textContent = `${clockTime(fromSeconds)} to ${clockTime(toSeconds)}, ${latencies}: ${plural(count, "update")}`;
  const { clientWidth, clientHeight } = over;
  const xOf = (seconds: number): number => clamp(chart.valToPos(seconds, "x"), clientWidth);
  const yOf = (value: number): number => (value === 0 ? clientHeight : clamp(chart.valToPos(value, "y"), clientHeight));
  const [x, right, y, bottom] = [xOf(fromSeconds), xOf(toSeconds), yOf(high), yOf(low)];
  place(box, { left: x, top: y, width: right - x, height: bottom - y });
  const above = y - text.offsetHeight - TEXT_GAP;
  place(text, {
    left: clamp((x + right - text.offsetWidth) / 2, clientWidth - text.offsetWidth),
    top: above < 0 ? bottom + TEXT_GAP : above,
  });
}

function place(
  element: HTMLElement,
  box: Readonly<Partial<Record<"left" | "top" | "width" | "height", number>>>,
): void {
  for (const [side, pixels] of Object.entries(box)) element.style.setProperty(side, `${pixels}px`);
}

const clamp = (value: number, most: number): number => Math.max(0, Math.min(value, most));

/** Whole pixels, so that adjacent cells have no overlap and no gap. */
const edges = (values: readonly number[], position: (value: number) => number): number[] =>
  values.map((value) => Math.round(position(value)));

function shadesBetween(low: string, high: string): (share: number) => string {
  const channels = (text: string): number[] => Array.from(text.matchAll(/[\d.]+/g), Number).slice(0, 3);
  const [from, to] = [channels(low), channels(high)];
  return (share) =>
    `rgb(${from.map((channel, index) => Math.round(channel + (at(to, index) - channel) * share)).join(" ")})`;
}
