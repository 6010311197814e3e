/** The scales that the charts of all runs of a page share, so that two runs side by side can be compared by eye. */
import type { ReportData, StatusesOverTime } from "../../results/data.js";
import { at } from "../../vocabulary/assert.js";
import { lanesOf } from "./time-chart.js";

export interface CommonScales {
  /** The end of the time axis, ms. */
  readonly durationMs: number;
  /** The ends of the axis of latencies. */
  readonly latencyMs: readonly [number, number];
  /** Of all cells of the heat maps, the most updates per ms of a cell's interval: intervals can differ in length. */
  readonly cellUpdatesPerMs: number;
  readonly updatesPerSecond: number;
  /** The most agents at one time. */
  readonly agents: { readonly main: number; readonly onboarding: number };
  /** The lanes above the charts that name the phases. */
  readonly lanes: readonly number[];
}

export function commonScales(runs: readonly ReportData[]): CommonScales {
  const latencies = runs.map(({ latency }) => latency);
  const agents = (type: "main" | "onboarding"): number =>
    greatest(runs.map(({ statuses }) => mostAgents(statuses[type])));
  const lowest = latencies.flatMap(({ edgesMs: [first, second] }) =>
    // A logarithmic axis has no 0.
    first === undefined ? [] : [first === 0 && second !== undefined ? second / 2 : first],
  );
  return {
    durationMs: greatest(runs.map(({ durationMs }) => durationMs)),
    latencyMs:
      lowest.length === 0 ? [0.01, 1] : [Math.min(...lowest), greatest(latencies.flatMap(({ edgesMs }) => edgesMs))],
    cellUpdatesPerMs: greatest(latencies.map(({ cells, lengthMs }) => greatest(cells.map(greatest)) / lengthMs)),
    updatesPerSecond: greatest(latencies.map(({ count, lengthMs }) => (greatest(count) * 1000) / lengthMs)),
    agents: { main: agents("main"), onboarding: agents("onboarding") },
    lanes: lanesOf(runs),
  };
}

/** 0 when there are no values, or only NaN, the rate of a run without intervals. */
function greatest(values: readonly number[]): number {
  return values.reduce((most, value) => (value > most ? value : most), 0);
}

function mostAgents({ atMs, series }: StatusesOverTime): number {
  return greatest(atMs.map((_at, point) => series.reduce((sum, { agents }) => sum + at(agents, point), 0)));
}
