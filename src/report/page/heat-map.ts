/** The heat map behind the latency lines: the number of updates by time and latency. */
import type uPlot from "uplot";
import type { LatencyOverTime } from "../../results/data.js";
import { at } from "../../vocabulary/assert.js";
import { colour } from "./theme.js";

export function heatMap({ startMs, lengthMs, edgesMs, cells }: LatencyOverTime): uPlot.Plugin {
  const most = Math.max(1, ...cells.flat());
  return {
    hooks: {
      drawAxes: (chart) => {
        const { ctx, bbox } = chart;
        const shades = shadesBetween(colour("heat-low"), colour("heat-high"));
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
        cells.forEach((column, index) => {
          const left = at(x, 2 * index);
          const width = at(x, 2 * index + 1) - left;
          column.forEach((count, row) => {
            if (count === 0) return;
            const [bottom, top] = [at(y, row), at(y, row + 1)];
            // By the logarithm, so that a cell with one slow update is visible beside one with a thousand fast updates.
            ctx.fillStyle = shades(most === 1 ? 1 : Math.log(count) / Math.log(most));
            ctx.fillRect(left, top, width, bottom - top);
          });
        });
        ctx.restore();
      },
    },
  };
}

/** Whole pixels, so that adjacent cells have no overlap and no gap. */
const edges = (values: readonly number[], position: (value: number) => number): number[] =>
  values.map((value) => Math.round(position(value)));

function shadesBetween(low: string, high: string): (share: number) => string {
  const channels = (text: string): number[] => Array.from(text.matchAll(/[\d.]+/g), Number).slice(0, 3);
  const [from, to] = [channels(low), channels(high)];
  return (share) =>
    `rgb(${from.map((channel, index) => Math.round(channel + (at(to, index) - channel) * share)).join(" ")})`;
}
