/** A finished run for CI tools: Markdown for the summary of a job, JUnit XML, and figures to plot over commits. */
import { formatAgainst, formatBound, formatCount, formatMs, plural, printableData } from "../../vocabulary/index.js";
import { invariantOutcome, formatObserved, latenciesOf, observedText } from "../../results/index.js";
import type { Summary } from "../../results/index.js";
import { describeViolation, isMachineSound, joinSections, machineFacts, runFacts } from "../run-texts.js";
import { benchmarkJson } from "./benchmark-json.js";
import { junitXml, type JUnitCase } from "./junit.js";
import { code, markdownTable, plain } from "./markdown.js";

const mark = (good: boolean): string => (good ? "✓" : "✗");
const INVARIANT_MARKS = { held: "✓", broken: "✗", unchecked: "○" } as const;
const INVARIANT_CASES = { held: "passed", broken: "failure", unchecked: "skipped" } as const;

/** The summary of a job: the verdict with its reasons, latencies, thresholds, invariants. */
export function runMarkdown(summary: Summary): string {
  const { passed, exitCode, reasons } = summary.verdict;
  const { cpu, cores } = summary.environment;
  const latencies = latenciesOf(summary).map(({ label, trend }) => [
    label,
    formatCount(trend.count),
    ...[trend.p50, trend.p90, trend.p99, trend.max].map(formatMs),
  ]);
  const thresholds = summary.thresholds.map((threshold) => [
    `${mark(threshold.passed)} ${code(`${threshold.metric} ${threshold.expression}`)}`,
    formatObserved(threshold),
  ]);
  const invariants = summary.invariants.map((invariant) => {
    const [first] = invariant.violations;
    const violation = first === undefined ? "" : `: ${plain(describeViolation(first))}`;
    const text = `${INVARIANT_MARKS[invariantOutcome(invariant)]} ${plain(invariant.statement)}${violation}`;
    return [text, formatCount(invariant.checked)];
  });
  return joinSections([
    [`### ${mark(passed)} ${plain(summary.scenario.name)}: ${passed ? "passed" : `failed (exit ${exitCode})`}`],
    reasons.map((reason) => `- ${plain(reason)}`),
    [plain([...runFacts(summary), cpu, `${cores} cores`].join(" · "))],
    latencies.length === 0
      ? []
      : markdownTable(["latency, ms", "count", "p50", "p90", "p99", "max"], latencies, [1, 2, 3, 4, 5]),
    thresholds.length === 0 ? [] : markdownTable(["threshold", "observed"], thresholds, [1]),
    markdownTable(["invariant", "checked"], invariants, [1]),
    (summary.notChecked ?? []).map(({ id, why }) => `- ○ ${code(id)} was not checked: ${plain(why)}`),
    (summary.machines ?? []).map(
      (machine) =>
        `- ${mark(isMachineSound(machine))} machine ${code(machine.name)}: ${plain(machineFacts(machine).join(" · "))}`,
    ),
    (summary.failures ?? []).map(({ what, count }) => `- ! ${plain(what)} (${formatCount(count)})`),
    [`Run it again: ${code(summary.reproduce)}`],
  ]);
}

/** JUnit XML: a test for the end of the run, the load, the schedule, each machine, each invariant, each threshold. */
export function runJUnit(summary: Summary): string {
  const { end, load, schedule } = summary;
  const details = [`to reproduce: ${summary.reproduce}`];
  const slip = `slip p99 ${formatAgainst(schedule.slipP99Ms, schedule.boundMs)} ms`;
  const cases: JUnitCase[] = [
    {
      classname: "run",
      name: "the run finishes",
      ...(end.how === "finished"
        ? { outcome: "passed" }
        : { outcome: "error", message: `${end.how}: ${end.why ?? "no reason given"}`, details }),
    },
    ...(load === undefined
      ? []
      : [
          {
            classname: "run",
            name: "the load is generated",
            outcome: load.generated ? "passed" : "failure",
            ...(load.why !== null && { message: load.why }),
            details,
          } satisfies JUnitCase,
        ]),
    {
      classname: "run",
      name: "the generator keeps its schedule",
      outcome: schedule.kept ? "passed" : "failure",
      message: `${slip}, bound ${formatBound(schedule.boundMs)} ms`,
      details,
    },
    // The name of a machine differs from run to run.
    ...(summary.machines ?? []).map(
      (machine, nth): JUnitCase => ({
        classname: "machines",
        name: `machine ${nth + 1} carries its workers`,
        outcome: isMachineSound(machine) ? "passed" : "failure",
        message: `${machine.name}: ${machineFacts(machine).join(" · ")}`,
        details,
      }),
    ),
    // The name is the id: a statement can contain a bound that depends on the machine.
    ...summary.invariants.map(({ id, statement, held, checked, violationCount, violations }): JUnitCase => {
      const count = held ? "" : `${plural(violationCount, "violation")}, `;
      return {
        classname: "invariants",
        name: id,
        outcome: INVARIANT_CASES[invariantOutcome({ held, checked })],
        message: `${statement}: ${count}${formatCount(checked)} checked`,
        details: [...violations.map(describeViolation), ...details],
      };
    }),
    ...summary.thresholds.map(
      (threshold): JUnitCase => ({
        classname: "thresholds",
        name: `${threshold.metric} ${threshold.expression}`,
        outcome: threshold.passed ? "passed" : "failure",
        message: observedText(threshold),
        details,
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

/** The latencies, p50 and p99, in ms. Absolute times compare only runs on machines of one kind. */
export function runBenchmarkJson(given: Summary): string {
  const summary = printableData(given);
  const entries = latenciesOf(summary).flatMap(({ label, trend }) =>
    (["p50", "p99"] as const).flatMap((percentile) => {
      const value = trend[percentile];
      const name = `${summary.scenario.name}: ${label} ${percentile}`;
      const extra = `${formatCount(trend.count)} samples\n${summary.reproduce}`;
      return value === null ? [] : [{ name, unit: "ms", value, extra }];
    }),
  );
  return benchmarkJson(entries);
}
