/** Converts finished runs of a scenario to figures that can be compared. Each run is a round. */
import { createHash } from "node:crypto";
import { RATE_NAMES, TREND_NAMES, untagged } from "../load/measure/index.js";
import { endText, LATENCY_LABELS, RUN_FILES, type Summary } from "../results/index.js";
import { formatDuration, parseScenario, ScenarioError } from "../load/scenario/index.js";
import { parseDuration } from "../vocabulary/index.js";
import type { IncompleteMetric } from "./compare-figures.js";
import type { Figure } from "./figure.js";

/** Runs that cannot be compared. The message is one line. */
export class IncomparableRunsError extends Error {
  override readonly name = "IncomparableRunsError";
}

/** The compared percentiles of each latency. */
const PERCENTILES = ["p50", "p95", "p99"] as const;
const US_PER_MS = 1000;

/** A finished run and its scenario. */
export interface ScenarioRun {
  readonly summary: Summary;
  /** The text of its `scenario.yaml`. */
  readonly scenarioText: string;
}

/** A latency of runs, in ms, or a share; undefined for a run that does not have it. */
export interface RunFigure {
  readonly name: string;
  readonly doc: string;
  readonly of: (run: Summary) => number | null | undefined;
}

/**
 * The latencies that all runs have, and those that only some have; also those of behaviours and phases that the runs
 * have thresholds on. The runs pass {@link requireComparable}.
 */
export function figuresOfRuns(runs: readonly Summary[]): {
  readonly figures: Figure[];
  readonly incomplete: IncompleteMetric[];
} {
  const figures: Figure[] = [];
  const incomplete: IncompleteMetric[] = [];
  for (const { name, doc, of } of [...wholeLatencies(), ...taggedLatencies(runs)]) {
    const values = runs.flatMap((run) => of(run) ?? []);
    if (values.length === 0) continue;
    if (values.length < runs.length) {
      incomplete.push({ name, runs: values.length, of: runs.length });
      continue;
    }
    const rounds = values.map((ms) => ms * US_PER_MS);
    figures.push({ name, doc, unit: "µs", better: "smaller", rounds, floor: null, goal: null });
  }
  return { figures, incomplete };
}

/** The labelled latencies of the whole run. */
function wholeLatencies(): RunFigure[] {
  return TREND_NAMES.flatMap((trend) => {
    const label = LATENCY_LABELS[trend];
    if (label === undefined) return [];
    return PERCENTILES.map((percentile) => ({
      name: `${trend}/${percentile}`,
      doc: `${label}, ${percentile}`,
      of: (run: Summary) => run.trends[trend]?.[percentile],
    }));
  });
}

/** What the thresholds with tags were judged by, where that is a time. */
export function taggedLatencies(runs: readonly Summary[]): RunFigure[] {
  return taggedFigures(
    runs,
    TREND_NAMES,
    (trend, tags, figure) => `${LATENCY_LABELS[trend] ?? trend} of ${tags}, ${figure}`,
  );
}

/** The shares of the whole run, and those that thresholds with tags were judged by. */
export function ratesOfRuns(runs: readonly Summary[]): RunFigure[] {
  const whole = RATE_NAMES.map((rate) => ({
    name: rate,
    doc: wordsOf(rate),
    of: ({ rates }: Summary) => {
      const { passes, total } = rates[rate] ?? { passes: 0, total: 0 };
      return total === 0 ? null : passes / total;
    },
  }));
  return [...whole, ...taggedFigures(runs, RATE_NAMES, (rate, tags) => `${wordsOf(rate)} of ${tags}`)];
}

const wordsOf = (metric: string): string => metric.replaceAll("_", " ");

/** What the thresholds with tags on metrics of `names` were judged by. */
function taggedFigures<Name extends string>(
  runs: readonly Summary[],
  names: readonly Name[],
  describe: (name: Name, tags: string, figure: string) => string,
): RunFigure[] {
  const found = new Map<string, RunFigure>();
  for (const { metric, expression } of runs.flatMap(({ thresholds }) => thresholds)) {
    const name = names.find((each) => each === untagged(metric));
    if (name === undefined || name === metric) continue;
    const figure = aggregationOf(expression);
    const isSame = (other: Summary["thresholds"][number]): boolean =>
      other.metric === metric && aggregationOf(other.expression) === figure;
    found.set(`${metric}/${figure}`, {
      name: `${metric}/${figure}`,
      doc: describe(name, metric.slice(name.length + 1, -1), figure),
      of: (run) => run.thresholds.find(isSame)?.observed,
    });
  }
  return [...found.values()];
}

/** What is before the operator: "p99" of "p(99)<250". */
function aggregationOf(expression: string): string {
  return expression.replace(/\s*[<>=!].*$/s, "").replace(/[()\s]/g, "");
}

/**
 * Checks that the program can be the cause of a difference between these runs: they finished the same scenario with the
 * same number of workers, the same options and the same kind of machine. Seeds can differ.
 * @throws IncomparableRunsError that names the difference
 */
export function requireComparable(runs: readonly ScenarioRun[]): void {
  const unfinished = runs.find(({ summary }) => summary.end.how !== "finished");
  if (unfinished !== undefined) {
    const { runId, end } = unfinished.summary;
    throw new IncomparableRunsError(`cannot compare these runs: ${runId} did not finish: it was ${endText(end)}`);
  }
  const [first, ...others] = runs;
  if (first === undefined) return;
  for (const other of others) {
    for (const [what, of] of COMPARED_PROPERTIES) {
      if (of(first) === of(other)) continue;
      const values = `${first.summary.runId} is ${of(first)}, of ${other.summary.runId} ${of(other)}`;
      throw new IncomparableRunsError(`cannot compare these runs: ${what} of ${values}`);
    }
  }
}

/** A property of a run in words, and its value; undefined for one that such a run does not have. */
const COMPARED_PROPERTIES: readonly (readonly [what: string, of: (run: ScenarioRun) => string | undefined])[] = [
  ["the scenario", ({ summary }) => summary.scenario.name],
  ["the content of the scenario", ({ scenarioText }) => `SHA-256 ${contentDigest(scenarioText)}`],
  ["the clock", ({ summary }) => (summary.engine === "virtual" ? "simulated" : "the machine's")],
  ["the target", ({ summary }) => (summary.target === undefined ? "this process" : summary.target.url)],
  ["the number of workers", ({ summary }) => String(summary.plan.workers)],
  ["the duration", ({ summary }) => durationOf(summary)],
  ["the mailbox", ({ summary }) => String(summary.options["mailbox"] ?? "sound")],
  ["the number of threads", ({ summary }) => (summary.engine === "virtual" ? undefined : threadsOf(summary))],
  ["the record of order", ({ summary }) => (summary.options["no-record"] === undefined ? "on" : "off")],
  ["the list of random faults", ({ summary }) => String(summary.options["faults"] ?? "empty") || "the default"],
  ["the machine", ({ summary }) => `${summary.environment.cpu} with ${summary.environment.cores} cores`],
];

/** What has to be the same of two runs that are compared, in words, with its value. */
export function comparedProperties(run: ScenarioRun): (readonly [what: string, value: string | undefined])[] {
  return COMPARED_PROPERTIES.map(([what, of]) => [what, of(run)]);
}

/** Enough characters of a digest to distinguish two scenarios. */
const DIGEST_LENGTH = 12;

/** The digest of the scenario without its description, thresholds, seed, comments and layout. */
function contentDigest(scenarioText: string): string {
  return createHash("sha256").update(contentOf(scenarioText)).digest("hex").slice(0, DIGEST_LENGTH);
}

function contentOf(scenarioText: string): string {
  try {
    const scenario = parseScenario(scenarioText, RUN_FILES.scenario);
    return JSON.stringify({ ...scenario, description: "", incident: "", thresholds: {}, seed: 0 });
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    // A scenario of another version is compared by its text.
    return scenarioText;
  }
}

/** The chosen duration in one notation: `60s` and `1m` are the same. */
function durationOf({ options: { duration } }: Summary): string {
  if (duration === undefined) return "the scenario's";
  const ms = parseDuration(String(duration));
  return ms === undefined ? String(duration) : formatDuration(ms);
}

/** The number of threads for simulated workers and tasks, including those that were killed. */
function threadsOf({ health, faults = [] }: Summary): string {
  const ended = health.threads.filter(({ thread }) => /^(client|task)-\d+$/.test(thread)).length;
  return String(ended + faults.filter(({ kind }) => kind === "kill-thread").length);
}
