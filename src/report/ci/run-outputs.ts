/** A finished run for the programs of a CI: what a job's summary shows, what shows tests, and what draws figures over commits. */
import { TREND_NAMES } from "../../load/measure/index.js";
import { formatAgainst, formatBound, formatCount, formatMs, plural, printableData } from "../../vocabulary/index.js";
import { ENGINE_LABELS, invariantOutcome, LATENCY_LABELS, formatObserved } from "../../results/index.js";
import type { Summary, TrendSummary } from "../../results/index.js";
import { benchmarkJson } from "./benchmark-json.js";
import { junitXml, type JUnitCase } from "./junit.js";
import { code, markdownTable, plain } from "./markdown.js";

const mark = (good: boolean): string => (good ? "✓" : "✗");
const INVARIANT_MARKS = { held: "✓", broken: "✗", unchecked: "○" } as const;
const INVARIANT_CASES = { held: "passed", broken: "failure", unchecked: "skipped" } as const;

interface Latency {
  readonly label: string;
  readonly trend: TrendSummary;
}

function latenciesOf(summary: Summary): Latency[] {
  return TREND_NAMES.flatMap((name) => {
    const [label, trend] = [LATENCY_LABELS[name], summary.trends[name]];
    return label === undefined || trend === undefined || trend.count === 0 ? [] : [{ label, trend }];
  });
}

/** For the summary of a job: the verdict with its reasons, latencies, thresholds, invariants. */
export function runMarkdown(summary: Summary): string {
  const { passed, exitCode, reasons } = summary.verdict;
  const facts = [
    `seed ${summary.seed}`,
    plural(summary.plan.workers, "worker"),
    `${(summary.durationMs / 1000).toFixed(1)} s`,
    ENGINE_LABELS[summary.engine],
    ...(summary.target === undefined ? [] : [summary.target.url, `dialect ${summary.target.dialect}`]),
    summary.environment.cpu,
    `${summary.environment.cores} cores`,
  ];
  const latencies = latenciesOf(summary).map(({ label, trend }) => [
    label,
    formatCount(trend.count),
    ...[trend.p50, trend.p90, trend.p99, trend.max].map(formatMs),
  ]);
  const thresholds = summary.thresholds.map(({ metric, expression, observed, passed: kept }) => [
    `${mark(kept)} ${code(`${metric} ${expression}`)}`,
    formatObserved({ metric, expression, observed }),
  ]);
  const invariants = summary.invariants.map((invariant) => {
    const { statement, checked, violations } = invariant;
    return [
      `${INVARIANT_MARKS[invariantOutcome(invariant)]} ${plain(statement)}${violations.length === 0 ? "" : `: ${violations.slice(0, 1).map(describe).map(plain).join("")}`}`,
      formatCount(checked),
    ];
  });
  const sections = [
    [`### ${mark(passed)} ${plain(summary.scenario.name)}: ${passed ? "passed" : `failed (exit ${exitCode})`}`],
    reasons.map((reason) => `- ${plain(reason)}`),
    [plain(facts.join(" · "))],
    latencies.length === 0
      ? []
      : markdownTable(["latency, ms", "count", "p50", "p90", "p99", "max"], latencies, [1, 2, 3, 4, 5]),
    thresholds.length === 0 ? [] : markdownTable(["threshold", "observed"], thresholds, [1]),
    markdownTable(["invariant", "checked"], invariants, [1]),
    (summary.notChecked ?? []).map(({ id, why }) => `- ○ ${code(id)} was not checked: ${plain(why)}`),
    (summary.failures ?? []).map(({ what, count }) => `- ! ${plain(what)} (${formatCount(count)})`),
    [`Run it again: ${code(summary.reproduce)}`],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

type SummaryViolation = Summary["invariants"][number]["violations"][number];

function describe({ what, agentId, detail }: SummaryViolation): string {
  return `${what}${agentId === undefined ? "" : `, agent ${agentId}`}: ${detail}`;
}

/** As tests: that the run came to its end, that its schedule was kept, each invariant, each threshold. */
export function runJUnit(summary: Summary): string {
  const { end, load, schedule } = summary;
  const cut = end.how !== "finished";
  const again = [`to reproduce: ${summary.reproduce}`];
  const cases: JUnitCase[] = [
    {
      classname: "run",
      name: "the run comes to its end",
      ...(cut
        ? { outcome: "error", message: `${end.how}: ${end.why ?? "no reason given"}`, details: again }
        : { outcome: "passed" }),
    },
    ...(load === undefined
      ? []
      : [
          {
            classname: "run",
            name: "the load is generated",
            outcome: load.generated ? "passed" : "failure",
            ...(load.why !== null && { message: load.why }),
            details: again,
          } satisfies JUnitCase,
        ]),
    {
      classname: "run",
      name: "the generator keeps its schedule",
      outcome: schedule.kept ? "passed" : "failure",
      message: `slip p99 ${formatAgainst(schedule.slipP99Ms, schedule.boundMs)} ms, bound ${formatBound(schedule.boundMs)} ms`,
      details: again,
    },
    // By their ids: a statement may hold a bound that the run took from its machine.
    ...summary.invariants.map(
      ({ id, statement, held, checked, violationCount, violations }): JUnitCase => ({
        classname: "invariants",
        name: id,
        outcome: INVARIANT_CASES[invariantOutcome({ held, checked })],
        message: `${statement}: ${held ? "" : `${plural(violationCount, "violation")}, `}${formatCount(checked)} checked`,
        details: [...violations.map(describe), ...again],
      }),
    ),
    ...summary.thresholds.map(
      ({ metric, expression, observed, passed }): JUnitCase => ({
        classname: "thresholds",
        name: `${metric} ${expression}`,
        outcome: passed ? "passed" : "failure",
        message: `${observed === null ? "" : "observed "}${formatObserved({ metric, expression, observed })}`,
        details: again,
      }),
    ),
  ];
  for (const { kind, id, why } of summary.notChecked ?? [])
    cases.push({ classname: `${kind}s`, name: id, outcome: "skipped", message: why });
  return junitXml({
    name: summary.scenario.name,
    timestamp: summary.startedAt,
    seconds: summary.durationMs / 1000,
    cases,
  });
}

/** The latencies, p50 and p99, in ms. Absolute times: they compare runs on machines of one kind. */
export function runBenchmarkJson(given: Summary): string {
  const summary = printableData(given);
  const entries = latenciesOf(summary).flatMap(({ label, trend }) =>
    (["p50", "p99"] as const).flatMap((percentile) => {
      const value = trend[percentile];
      if (value === null) return [];
      return [
        {
          name: `${summary.scenario.name}: ${label} ${percentile}`,
          unit: "ms",
          value,
          extra: `${formatCount(trend.count)} samples\n${summary.reproduce}`,
        },
      ];
    }),
  );
  return benchmarkJson(entries);
}
