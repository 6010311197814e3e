/** A finished run for CI tools: Markdown for the summary of a job, JUnit XML, and figures to plot over commits. */
import { formatCount, formatMs, plural, printableData } from "../../vocabulary/index.js";
import { endText, invariantOutcome, formatObserved, latenciesOf, OUTCOME_SIGNS } from "../../results/index.js";
import type { Reason, Summary } from "../../results/index.js";
import {
  carriedOutTexts,
  describeViolation,
  isMachineSound,
  joinSections,
  latenessText,
  machineFacts,
  machineTexts,
  outcomeText,
  runFacts,
  runNotes,
  thresholdOutcome,
} from "../run-texts.js";
import { benchmarkJson } from "./benchmark-json.js";
import { junitXml, type JUnitCase } from "./junit.js";
import { code, markdownTable, plain } from "./markdown.js";

const THRESHOLD_MARKS = { passed: "✓", failed: "✗", "not judged": "○" } as const;
const THRESHOLD_CASES = { passed: "passed", failed: "failure", "not judged": "skipped" } as const;
const INVARIANT_MARKS = { held: "✓", broken: "✗", unchecked: "○" } as const;
const INVARIANT_CASES = { held: "passed", broken: "failure", unchecked: "skipped" } as const;

/** The summary of a job: the verdict with its reasons, latencies, thresholds, invariants. */
export function runMarkdown(summary: Summary): string {
  const { outcome, reasons } = summary.verdict;
  const isReason = (text: string): boolean => reasons.some((reason) => reason.text === text);
  const missed = carriedOutTexts(summary).missed.filter((text) => !isReason(text));
  const { cpu, cores } = summary.environment;
  const latencies = latenciesOf(summary).map(({ label, trend }) => [
    label,
    formatCount(trend.count),
    ...[trend.p50, trend.p90, trend.p95, trend.p99, trend.max].map(formatMs),
  ]);
  const thresholds = summary.thresholds.map((threshold) => [
    `${THRESHOLD_MARKS[thresholdOutcome(threshold, summary.verdict).outcome]} ${code(`${threshold.metric} ${threshold.expression}`)}`,
    formatObserved(threshold),
  ]);
  const invariants = summary.invariants.map((invariant) => {
    const [first] = invariant.violations;
    const violation = first === undefined ? "" : `: ${plain(describeViolation(first))}`;
    const text = `${INVARIANT_MARKS[invariantOutcome(invariant)]} ${plain(invariant.statement)}${violation}`;
    return [text, formatCount(invariant.checked)];
  });
  return joinSections([
    [`### ${OUTCOME_SIGNS[outcome]} ${plain(summary.scenario.name)}: ${outcomeText(summary.verdict)}`],
    reasons.map(({ text }) => `- ${plain(text)}`),
    [...runNotes(summary), ...missed].map((text) => `- ! ${plain(text)}`),
    [plain([...runFacts(summary), cpu, `${cores} cores`].join(" · "))],
    latencies.length === 0
      ? []
      : markdownTable(["latency, ms", "count", "p50", "p90", "p95", "p99", "max"], latencies, [1, 2, 3, 4, 5, 6]),
    thresholds.length === 0 ? [] : markdownTable(["threshold", "observed"], thresholds, [1]),
    markdownTable(["invariant", "checked"], invariants, [1]),
    (summary.notChecked ?? []).map(({ id, why }) => `- ○ ${code(id)} was not checked: ${plain(why)}`),
    (summary.machines ?? []).map(
      (machine) =>
        `- ${isMachineSound(machine) ? "✓" : "✗"} machine ${code(machine.name)}: ${plain(machineFacts(machine).join(" · "))}`,
    ),
    (summary.failures ?? []).map(({ what, count }) => `- ! ${plain(what)} (${formatCount(count)})`),
    [`Same plan again: ${code(summary.reproduce)}`],
  ]);
}

/** JUnit XML: a test for the end of the run, the load, its time, the machines, each invariant, each threshold. */
export function runJUnit(summary: Summary): string {
  const { end, load, schedule, verdict } = summary;
  const details = [`same plan again: ${summary.reproduce}`];
  const cases: JUnitCase[] = [
    {
      classname: "run",
      name: "the run finishes",
      ...(end.how === "finished" ? { outcome: "passed" } : { outcome: "error", message: endText(end), details }),
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
    ...planCases(summary, details),
    {
      classname: "run",
      name: "the load is generated on time",
      outcome: schedule.kept ? "passed" : "error",
      message: latenessText(schedule),
      details,
    },
    ...machineCase(summary, details),
    // The name of a machine differs from run to run.
    ...(summary.machines ?? []).map(
      (machine, nth): JUnitCase => ({
        classname: "machines",
        name: `machine ${nth + 1} carries its workers`,
        outcome: isMachineSound(machine) ? "passed" : machine.lost === undefined ? "error" : "failure",
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
    ...summary.thresholds.map((threshold): JUnitCase => {
      const { outcome, text } = thresholdOutcome(threshold, verdict);
      return {
        classname: "thresholds",
        name: `${threshold.metric} ${threshold.expression}`,
        outcome: THRESHOLD_CASES[outcome],
        message: text,
        details,
      };
    }),
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

/** Whether the workers finished and, with `--strict`, whether everything planned happened. */
function planCases(summary: Summary, details: readonly string[]): JUnitCase[] {
  if (summary.carriedOut === undefined) return [];
  const { counts, missed } = carriedOutTexts(summary);
  const reasonOf = (code: Reason["code"]): string | undefined =>
    summary.verdict.reasons.find((reason) => reason.code === code)?.text;
  const cutOff = reasonOf("workers-cut-off");
  const isFailure = reasonOf("not-carried-out") !== undefined;
  return [
    {
      classname: "run",
      name: "the workers finish",
      outcome: cutOff === undefined ? "passed" : "failure",
      ...(cutOff !== undefined && { message: cutOff }),
      details,
    },
    {
      classname: "run",
      name: "the plan is carried out",
      outcome: isFailure ? "failure" : "passed",
      message: [...counts, ...missed].join("; "),
      details,
    },
  ];
}

/** An error when other programs kept a machine busy from a run that did not pass because of it. */
function machineCase(summary: Summary, details: readonly string[]): JUnitCase[] {
  const { machine, machines = [], verdict } = summary;
  const uses = machine === undefined ? machines.flatMap(({ use }) => use ?? []) : [machine];
  if (uses.length === 0) return [];
  const taken = verdict.reasons.filter((reason) => reason.code === "machine-busy").map(({ text }) => text);
  const said = uses.flatMap((use) => machineTexts(use));
  return [
    {
      classname: "run",
      name: machine === undefined ? "the machines are free" : "the machine is free",
      outcome: taken.length === 0 ? "passed" : "error",
      message: (taken.length === 0 ? said : taken).join("; "),
      details,
    },
  ];
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
