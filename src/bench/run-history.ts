/** Arranges many runs in series of runs that can be compared, and finds where their figures changed. */
import type { HistoryChange, HistoryFigure, HistoryRun, HistorySeries, Summary } from "../results/index.js";
import {
  endText,
  LATENCY_LABELS,
  mainTrend,
  MAX_SERIES_RUNS,
  notGeneratedText,
  reasonOf,
  viewpointOf,
} from "../results/index.js";
import type { TrendName, Viewpoint } from "../load/measure/index.js";
import { at, getOrCreate } from "../vocabulary/index.js";
import { changePoints } from "./change-points.js";
import { comparedProperties, ratesOfRuns, taggedLatencies, type RunFigure, type ScenarioRun } from "./run-figures.js";
import { median } from "./statistics.js";

/** A run and its directory. */
export interface DatedRun extends ScenarioRun {
  readonly directory: string;
}

/**
 * The series of the runs, each in the order of their starts, with its newest {@link MAX_SERIES_RUNS}; the series with
 * the latest run first.
 */
export function seriesOf(runs: readonly DatedRun[]): HistorySeries[] {
  const ordered = [...runs].sort((a, b) => startOf(a) - startOf(b));
  const groups = new Map<string, ComparableRuns>();
  for (const run of ordered) {
    const properties = comparedProperties(run);
    getOrCreate(groups, JSON.stringify(properties), () => ({ properties, runs: [] })).runs.push(run);
  }
  const all = [...groups.values()];
  return all.sort((a, b) => lastStartOf(b) - lastStartOf(a)).map((group) => describeSeries(group, all));
}

/** Runs that can be compared, in the order of their starts, and what they have in common. */
interface ComparableRuns {
  readonly properties: ReturnType<typeof comparedProperties>;
  readonly runs: DatedRun[];
}

const startOf = ({ summary }: ScenarioRun): number => Date.parse(summary.startedAt);
const lastStartOf = ({ runs }: ComparableRuns): number => startOf(at(runs, runs.length - 1));
const scenarioOf = ({ runs }: ComparableRuns): string => at(runs, 0).summary.scenario.name;

function describeSeries(group: ComparableRuns, all: readonly ComparableRuns[]): HistorySeries {
  const scenario = scenarioOf(group);
  const others = all.filter((other) => scenarioOf(other) === scenario);
  const facts = group.properties.flatMap(([what, value], index) =>
    value !== undefined && others.some(({ properties }) => properties[index]?.[1] !== value)
      ? [`${what.replace(/^the /, "")}: ${value}`]
      : [],
  );
  const newest = group.runs.slice(-MAX_SERIES_RUNS);
  const runs = newest.map(describeRun);
  return { scenario, facts, runs, olderRuns: group.runs.length - newest.length, figures: figuresOf(newest, runs) };
}

function describeRun({ summary, directory }: DatedRun): HistoryRun {
  const { runId, startedAt, seed, verdict, environment } = summary;
  return {
    runId,
    directory,
    startedAt,
    seed,
    commit: environment.git?.commit ?? null,
    branch: environment.git?.branch ?? null,
    outcome: verdict.outcome,
    exitCode: verdict.exitCode,
    unused: whyUnused(summary),
  };
}

/** The latencies of an inconclusive run are the machine's, and an interrupted run has only a part of its load. */
function whyUnused({ verdict, end, load }: Summary): string | null {
  if (verdict.outcome === "inconclusive") return `inconclusive: ${reasonOf(verdict)}`;
  if (end.how !== "finished") return endText(end);
  if (load?.generated === false) return notGeneratedText(load);
  return null;
}

interface MeasuredFigure extends Pick<HistoryFigure, "name" | "label" | "unit" | "better"> {
  readonly of: RunFigure["of"];
}

/** The figures that all or some of the runs have: also those that the thresholds of the scenario are about. */
function figuresOf(group: readonly DatedRun[], runs: readonly HistoryRun[]): HistoryFigure[] {
  const { summary } = at(group, 0);
  const summaries = group.map((run) => run.summary);
  const from = viewpointOf(summary);
  const main = mainTrend(from);
  const measured = [
    ...(["p50", "p95", "p99"] as const).map((percentile) => latency(main, percentile)),
    ...taggedLatencies(summaries).map((figure) => measuredAs(figure, "ms", "smaller")),
    ...(["disconnect_detection", "registration_time", "submit_ack_time", "loss_detection"] as const).map((trend) =>
      latency(trend, "p99"),
    ),
    ...ratesOfRuns(summaries).map((figure) => measuredAs(figure, "share", "greater")),
    // Under simulated time both follow from the plan, or from the machine alone.
    ...(summary.engine === "virtual" ? [] : [throughput(from), CPU]),
  ];
  return measured.flatMap(({ of, ...figure }) => {
    const values = summaries.map((each) => of(each) ?? null);
    return values.every((value) => value === null)
      ? []
      : [{ ...figure, values, changes: changesOf(values, runs, figure.better) }];
  });
}

function measuredAs(
  { name, doc, of }: RunFigure,
  unit: HistoryFigure["unit"],
  better: HistoryFigure["better"],
): MeasuredFigure {
  return { name, label: doc, unit, better, of };
}

function latency(trend: TrendName, percentile: "p50" | "p95" | "p99"): MeasuredFigure {
  return {
    name: `${trend}/${percentile}`,
    label: `${LATENCY_LABELS[trend] ?? trend}, ${percentile}`,
    unit: "ms",
    better: "smaller",
    of: ({ trends }) => trends[trend]?.[percentile],
  };
}

/** Over a network it is not seen whether an update is taken. */
function throughput(from: Viewpoint): MeasuredFigure {
  const verb = from === "inside" ? "taken" : "sent";
  return {
    name: "throughput",
    label: `live updates ${verb} a second`,
    unit: "updates/s",
    better: "greater",
    of: ({ counters, durationMs }) => {
      const updates = counters[`live_updates_${verb}`];
      return updates === undefined || durationMs <= 0 ? null : (updates * 1000) / durationMs;
    },
  };
}

const CPU: MeasuredFigure = {
  name: "cpu",
  label: "CPU used",
  unit: "cores",
  better: "smaller",
  of: ({ health }) => health.process.cpuCores,
};

/** The changes of a figure, by the runs that are used. */
function changesOf(
  values: readonly (number | null)[],
  runs: readonly HistoryRun[],
  better: HistoryFigure["better"],
): HistoryChange[] {
  const used = values.flatMap((value, run) =>
    value === null || at(runs, run).unused !== null ? [] : [{ value, run }],
  );
  const points = changePoints(used.map(({ value }) => value));
  const levels = [0, ...points.map(({ place }) => place), used.length];
  const medianOf = (level: number): number =>
    median(used.slice(at(levels, level), at(levels, level + 1)).map(({ value }) => value));
  return points.map(({ place, p }, level) => {
    const [before, after] = [medianOf(level), medianOf(level + 1)];
    return {
      run: at(used, place).run,
      before,
      after,
      isWorse: better === "smaller" ? after > before : after < before,
      p,
    };
  });
}
