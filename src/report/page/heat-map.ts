/** The heat map behind the latency lines: how many updates took how long, when. */
import type uPlot from "uplot";
import type { LatencyOverTime } from "../../results/data.js";
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
        // A lowest edge of 0 has no place on a logarithmic axis: its row reaches down to the end of it.
        const y = edges(edgesMs, (ms) => (ms === 0 ? bbox.top + bbox.height : chart.valToPos(ms, "y", true)));
        ctx.save();
        ctx.beginPath();
        ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
        ctx.clip();
        cells.forEach((column, at) => {
          const left = x[2 * at] ?? 0;
          const width = (x[2 * at + 1] ?? 0) - left;
          column.forEach((count, row) => {
            if (count === 0) return;
            const [bottom, top] = [y[row] ?? 0, y[row + 1] ?? 0];
            // By the logarithm: a cell of one slow update has to be seen beside one of a thousand fast ones.
            ctx.fillStyle = shades(most === 1 ? 1 : Math.log(count) / Math.log(most));
            ctx.fillRect(left, top, width, bottom - top);
          });
        });
        ctx.restore();
      },
    },
  };
}

/** Whole pixels, so that neighbouring cells neither overlap nor leave a seam. */
const edges = (values: readonly number[], position: (value: number) => number): number[] =>
  values.map((value) => Math.round(position(value)));

function shadesBetween(low: string, high: string): (share: number) => string {
  const channels = (text: string): number[] => (text.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
  const [from, to] = [channels(low), channels(high)];
  return (share) =>
    `rgb(${from.map((channel, at) => Math.round(channel + ((to[at] ?? 0) - channel) * share)).join(" ")})`;
}
