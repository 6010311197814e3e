/** From what a run measured to what its charts draw. Pure. */
import type { Distribution, Interval, Measurements, TrendName, Viewpoint } from "../load/measure/index.js";
import { LATENCY_LABELS } from "./labels.js";
import { mainTrend } from "./summary.js";
import {
  NAMED_PERCENTILES,
  REPORT_DATA_VERSION,
  type FaultMarks,
  type LatencyOverTime,
  type PercentileCurve,
  type ReportData,
  type StatusesOverTime,
} from "./data.js";
import { AGENT_STATUSES } from "../vocabulary/index.js";

/** An agent came to a status, ms from the start of the run; `from` is null when its row was made. */
export interface StatusEvent {
  readonly agentType: "main" | "onboarding";
  readonly from: string | null;
  readonly to: string;
  readonly atMs: number;
}

/** What {@link buildReportData} is given. The fields that are also in {@link ReportData} mean the same there. */
export interface ReportInput extends Pick<ReportData, "runId" | "scenario" | "phases" | "slowest" | "scraped"> {
  /** Every fault under simulated time; absent: none. */
  readonly faults?: readonly { readonly label: string; readonly atMs: number }[];
  readonly measurements: Measurements;
  /** Every change of every agent's status, in any order. */
  readonly statusEvents: readonly StatusEvent[];
  /** From where the run measured. Left out: inside. */
  readonly from?: Viewpoint;
}

/** Rows of the heat map a decade of latency. */
const ROWS_PER_DECADE = 8;
/** Instants at which agents are counted by status. */
const STATUS_POINTS = 240;
/** Faults of a kind that are marked on the time axis: a chart has not many more pixels. */
const MARKS = 600;
/** Points of the percentile curve each time the distance to 100 % halves; HdrHistogram's own default. */
const TICKS_PER_HALF = 5;

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
  from = "inside",
  scraped,
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
    percentiles: CURVES.filter((name) => trends[name].count > 0).map((name) =>
      percentileCurve(LATENCY_LABELS[name] ?? name, trends[name]),
    ),
    statuses: { main: byType("main"), onboarding: byType("onboarding") },
    slowest: slowest.map((agent) => ({
      ...agent,
      latencyMs: round(agent.latencyMs),
      atMs: round(agent.atMs),
      history: agent.history.map(({ status, atMs }) => ({ status, atMs: round(atMs) })),
      ...(agent.endedAtMs !== undefined && { endedAtMs: round(agent.endedAtMs) }),
    })),
    ...(scraped !== undefined && { scraped }),
  };
}

/** Six significant digits are more than a chart shows, and tell a ms of a run of minutes. */
function round(value: number): number {
  return Number(value.toPrecision(6));
}

function faultMarks(faults: NonNullable<ReportInput["faults"]>): FaultMarks[] {
  const byLabel = new Map<string, number[]>();
  for (const { label, atMs } of faults) {
    const times = byLabel.get(label);
    if (times === undefined) byLabel.set(label, [atMs]);
    else times.push(atMs);
  }
  return [...byLabel]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, times]) => {
      const inOrder = times.sort((a, b) => a - b);
      const step = Math.ceil(inOrder.length / MARKS);
      return { label, count: inOrder.length, atMs: inOrder.filter((_, at) => at % step === 0).map(round) };
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
    p99: column(({ distribution }) => distribution.percentile(99)),
    max: column(({ distribution }) => distribution.maxMs),
    edgesMs: edgesMs.map(round),
    cells: intervals.map(({ distribution }) => distribution.countsBetween(edgesMs)),
  };
}

/** Edges in even steps of the logarithm that take in every latency of the run, however short it was. */
function heatEdges({ count, minMs, maxMs }: Distribution): number[] {
  if (count === 0) return [];
  // The recorder's resolution is 1 ns: nothing below 1 µs is told apart in a picture.
  const exponent = (ms: number): number => Math.log10(Math.max(ms, 0.001)) * ROWS_PER_DECADE;
  const first = Math.floor(exponent(minMs));
  const last = Math.floor(exponent(maxMs)) + 1;
  const edges = Array.from({ length: last - first + 1 }, (_, at) => 10 ** ((first + at) / ROWS_PER_DECADE));
  if (minMs < 0.001) edges[0] = 0;
  return edges;
}

function percentileCurve(name: string, distribution: Distribution): PercentileCurve {
  const percent: number[] = [];
  // From half of 1 in `count` on there is no sample left that a percentile could tell from the greatest.
  for (let left = 1; left > 0.5 / distribution.count; left /= 2) {
    for (let tick = 0; tick < TICKS_PER_HALF; tick++)
      percent.push(100 * (1 - left * (1 - tick / (2 * TICKS_PER_HALF))));
  }
  const last = percent.at(-1) ?? 0;
  // What the table says of a percentile is then what the summary says of it, and not of one near it.
  const all = new Set([...percent, ...NAMED_PERCENTILES.filter((p) => p <= last)].map((p) => Number(p.toFixed(6))));
  const inOrder = [...all].sort((a, b) => a - b);
  return { name, percent: inOrder, ms: inOrder.map((p) => round(distribution.percentile(p))) };
}

function statusesOverTime(events: readonly StatusEvent[], durationMs: number): StatusesOverTime {
  if (events.length === 0) return { atMs: [], series: [] };
  const inOrder = [...events].sort((a, b) => a.atMs - b.atMs);
  const atMs = Array.from({ length: STATUS_POINTS + 1 }, (_, at) => (durationMs * at) / STATUS_POINTS);
  const now = new Map<string, number>();
  const seen = new Map<string, number[]>();
  let next = 0;
  atMs.forEach((at, point) => {
    // The last instant takes in what the end of the run brought about a moment later, such as the statuses of the shutdown.
    const until = point === STATUS_POINTS ? Infinity : at;
    for (let event = inOrder[next]; event !== undefined && event.atMs <= until; event = inOrder[++next]) {
      if (event.from !== null) now.set(event.from, (now.get(event.from) ?? 0) - 1);
      now.set(event.to, (now.get(event.to) ?? 0) + 1);
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
  const at = (AGENT_STATUSES as readonly string[]).indexOf(status);
  return at === -1 ? AGENT_STATUSES.length : at;
}
