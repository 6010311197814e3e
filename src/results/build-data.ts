/** Converts the measurements of a run to the data of its charts. Pure. */
import type { Distribution, Interval, Measurements, TrendName, Viewpoint } from "../load/measure/index.js";
import { sharesOf, useOf, type MachineInterval, type MachineSoFar } from "../load/measure/machine/index.js";
import { LATENCY_LABELS } from "./labels.js";
import { percentileCurve, round } from "./percentile-curve.js";
import { mainTrend } from "./summary.js";
import {
  REPORT_DATA_VERSION,
  type FaultMarks,
  type LatencyOverTime,
  type MachineOverTime,
  type ReportData,
  type StatusesOverTime,
} from "./data.js";
import { AGENT_STATUSES, assert, increment } from "../vocabulary/index.js";

/** A change of an agent's status, ms from the start of the run. `from` is null when the agent's row was inserted. */
export interface StatusEvent {
  readonly agentType: "main" | "onboarding";
  readonly from: string | null;
  readonly to: string;
  readonly atMs: number;
}

/** The input of {@link buildReportData}. A field that is also in {@link ReportData} has the same meaning there. */
export interface ReportInput
  extends Pick<ReportData, "runId" | "scenario" | "phases" | "slowest" | "scraped" | "parts"> {
  /** Every fault under simulated time; absent when there were none. */
  readonly faults?: readonly { readonly label: string; readonly atMs: number }[];
  readonly measurements: Measurements;
  /** Every change of every agent's status, in any order. */
  readonly statusEvents: readonly StatusEvent[];
  /** What was used of the machine. Left out where time is simulated. */
  readonly machine?: MachineSoFar | undefined;
  /** From where the run measures. */
  readonly from: Viewpoint;
}

/** Rows of the heat map for each decade of latency. */
const ROWS_PER_DECADE = 8;
/** Instants at which agents are counted by status. */
const STATUS_POINTS = 240;
/** The maximum number of marked faults of a kind: a chart has few more pixels. */
const MARKS = 600;
const CURVES = [
  "live_update_latency",
  "live_update_service_time",
  "live_update_round_trip",
] as const satisfies readonly TrendName[];

export function buildReportData({
  measurements,
  statusEvents,
  runId,
  scenario,
  phases,
  faults = [],
  slowest,
  from,
  scraped,
  machine,
  parts,
}: ReportInput): ReportData {
  const { durationMs, trends } = measurements;
  const main = mainTrend(from);
  const byType = (type: StatusEvent["agentType"]): StatusesOverTime =>
    statusesOverTime(
      statusEvents.filter(({ agentType }) => agentType === type),
      durationMs,
    );
  return {
    version: REPORT_DATA_VERSION,
    runId,
    scenario,
    durationMs: round(durationMs),
    phases: phases.map((phase) => ({ ...phase, fromMs: round(phase.fromMs), toMs: round(phase.toMs) })),
    ...(faults.length > 0 && { faultMarks: faultMarks(faults) }),
    latency: latencyOverTime(trends[main], measurements.intervals(main)),
    percentiles: CURVES.filter((name) => trends[name].count > 0).map((name) => {
      const label = LATENCY_LABELS[name];
      assert(label !== undefined, `the latency ${name} has a label`);
      return percentileCurve(label, trends[name]);
    }),
    statuses: { main: byType("main"), onboarding: byType("onboarding") },
    slowest: slowest.map((agent) => ({
      ...agent,
      latencyMs: round(agent.latencyMs),
      atMs: round(agent.atMs),
      history: agent.history.map(({ status, atMs }) => ({ status, atMs: round(atMs) })),
      ...(agent.endedAtMs !== undefined && { endedAtMs: round(agent.endedAtMs) }),
    })),
    ...(machine !== undefined && { machine: machineOverTime(machine) }),
    ...(scraped !== undefined && { scraped }),
    ...(parts !== undefined && { parts }),
  };
}

/** Without what was used before the run started. */
function machineOverTime({ intervals, use }: MachineSoFar): MachineOverTime {
  const during = intervals.filter(({ startMs, lengthMs }) => startMs + lengthMs > 0);
  const column = (of: (interval: MachineInterval) => number): number[] => during.map((interval) => round(of(interval)));
  return {
    waits: use.waits,
    cores: use.cores,
    startMs: column(({ startMs }) => Math.max(0, startMs)),
    lengthMs: column(({ startMs, lengthMs }) => lengthMs + Math.min(0, startMs)),
    waitShare: column((interval) => sharesOf(interval).waitShare),
    takenShare: column((interval) => sharesOf(interval).takenShare),
    ownCores: column((interval) => useOf([interval], use).ownCores),
    othersCores: column((interval) => useOf([interval], use).othersCores),
  };
}

function faultMarks(faults: NonNullable<ReportInput["faults"]>): FaultMarks[] {
  const labels = [...new Set(faults.map(({ label }) => label))].sort();
  return labels.map((label) => {
    const times = faults.flatMap((fault) => (fault.label === label ? [fault.atMs] : [])).sort((a, b) => a - b);
    const step = Math.ceil(times.length / MARKS);
    return { label, count: times.length, atMs: times.filter((_, index) => index % step === 0).map(round) };
  });
}

function latencyOverTime(whole: Distribution, intervals: readonly Interval[]): LatencyOverTime {
  const edgesMs = heatEdges(whole);
  const column = (of: (interval: Interval) => number): number[] => intervals.map((interval) => round(of(interval)));
  return {
    lengthMs: intervals[0]?.lengthMs ?? 0,
    startMs: intervals.map(({ startMs }) => startMs),
    count: intervals.map(({ distribution }) => distribution.count),
    p50: column(({ distribution }) => distribution.percentile(50)),
    p90: column(({ distribution }) => distribution.percentile(90)),
    p95: column(({ distribution }) => distribution.percentile(95)),
    p99: column(({ distribution }) => distribution.percentile(99)),
    max: column(({ distribution }) => distribution.maxMs),
    edgesMs: edgesMs.map(round),
    cells: intervals.map(({ distribution }) => distribution.countsBetween(edgesMs)),
  };
}

/** Edges in equal steps of the logarithm, from the least to the greatest latency of the run. */
function heatEdges({ count, minMs, maxMs }: Distribution): number[] {
  if (count === 0) return [];
  // Latencies below 1 µs share the lowest row.
  const exponent = (ms: number): number => Math.log10(Math.max(ms, 0.001)) * ROWS_PER_DECADE;
  const first = Math.floor(exponent(minMs));
  const last = Math.floor(exponent(maxMs)) + 1;
  const edges = Array.from({ length: last - first + 1 }, (_, row) => 10 ** ((first + row) / ROWS_PER_DECADE));
  if (minMs < 0.001) edges[0] = 0;
  return edges;
}

function statusesOverTime(events: readonly StatusEvent[], durationMs: number): StatusesOverTime {
  if (events.length === 0) return { atMs: [], series: [] };
  const inOrder = [...events].sort((a, b) => a.atMs - b.atMs);
  const atMs = Array.from({ length: STATUS_POINTS + 1 }, (_, point) => (durationMs * point) / STATUS_POINTS);
  const now = new Map<string, number>();
  const seen = new Map<string, number[]>();
  let next = 0;
  atMs.forEach((instant, point) => {
    // The last instant includes the changes right after the end of the run, such as those of the shutdown.
    const until = point === STATUS_POINTS ? Infinity : instant;
    for (let event = inOrder[next]; event !== undefined && event.atMs <= until; event = inOrder[++next]) {
      if (event.from !== null) increment(now, event.from, -1);
      increment(now, event.to);
    }
    for (const [status, agents] of now) {
      let series = seen.get(status);
      if (series === undefined) seen.set(status, (series = new Array<number>(atMs.length).fill(0)));
      series[point] = agents;
    }
  });
  return {
    atMs: atMs.map(round),
    series: [...seen]
      .filter(([, agents]) => agents.some((n) => n !== 0))
      .map(([status, agents]) => ({ status, agents }))
      .sort((a, b) => rank(a.status) - rank(b.status)),
  };
}

function rank(status: string): number {
  const index = (AGENT_STATUSES as readonly string[]).indexOf(status);
  return index === -1 ? AGENT_STATUSES.length : index;
}
