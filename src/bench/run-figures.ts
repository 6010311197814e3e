/** Finished runs of a scenario as figures that can be compared: each run is a round. */
import { createHash } from "node:crypto";
import { TREND_NAMES } from "../load/measure/index.js";
import { LATENCY_LABELS, RUN_FILES, type Summary } from "../results/index.js";
import { formatDuration, parseScenario, ScenarioError } from "../load/scenario/index.js";
import { parseDuration } from "../vocabulary/index.js";
import type { IncompleteMetric } from "./compare-figures.js";
import type { Figure } from "./figure.js";

/** Runs that say nothing about each other. The message is one line. */
export class IncomparableRunsError extends Error {
  override readonly name = "UnlikeRunsError";
}

/** The percentiles of each latency that are compared. */
const PERCENTILES = ["p50", "p99"] as const;
const US_PER_MS = 1000;

/** A finished run, and what it carried out. */
export interface ScenarioRun {
  readonly summary: Summary;
  /** The text of its `scenario.yaml`. */
  readonly scenarioText: string;
}

/** The latencies that every one of the runs has, and those that only some have. Runs of one scenario: see {@link requireComparable}. */
export function figuresOfRuns(runs: readonly Summary[]): {
  readonly figures: Figure[];
  readonly incomplete: IncompleteMetric[];
} {
  const figures: Figure[] = [];
  const incomplete: IncompleteMetric[] = [];
  for (const trend of TREND_NAMES) {
    const label = LATENCY_LABELS[trend];
    if (label === undefined) continue;
    for (const percentile of PERCENTILES) {
      const name = `${trend}/${percentile}`;
      const values = runs.flatMap((run) => run.trends[trend]?.[percentile] ?? []);
      if (values.length === 0) continue;
      if (values.length < runs.length) {
        incomplete.push({ name, runs: values.length, of: runs.length });
        continue;
      }
      figures.push({
        name,
        doc: `${label}, ${percentile}`,
        unit: "µs",
        better: "smaller",
        rounds: values.map((ms) => ms * US_PER_MS),
        floor: null,
        goal: null,
      });
    }
  }
  return { figures, incomplete };
}

/**
 * Whether a difference between these runs can be the program's doing: they carried out the same scenario to its end, with as many
 * workers, in the same way, on machines of one kind. Seeds may differ.
 * @throws IncomparableRunsError that names what differs
 */
export function requireComparable(runs: readonly ScenarioRun[]): void {
  for (const {
    summary: { runId, end },
  } of runs) {
    if (end.how === "finished") continue;
    throw new IncomparableRunsError(
      `these runs cannot be compared: ${runId} did not finish: it was ${end.how}: ${end.why ?? "no reason is given"}`,
    );
  }
  const [first, ...others] = runs;
  if (first === undefined) return;
  for (const other of others) {
    for (const [what, of] of COMPARED_PROPERTIES) {
      if (of(first) === of(other)) continue;
      throw new IncomparableRunsError(
        `these runs cannot be compared: ${what} of ${first.summary.runId} is ${of(first)}, of ${other.summary.runId} ${of(other)}`,
      );
    }
  }
}

const COMPARED_PROPERTIES: readonly (readonly [what: string, of: (run: ScenarioRun) => string])[] = [
  ["the scenario", ({ summary }) => summary.scenario.name],
  ["the content of the scenario", ({ scenarioText }) => `SHA-256 ${contentDigest(scenarioText)}`],
  ["the clock", ({ summary }) => (summary.engine === "virtual" ? "simulated" : "the machine's")],
  ["the target", ({ summary }) => (summary.target === undefined ? "this process" : summary.target.url)],
  ["the number of workers", ({ summary }) => String(summary.plan.workers)],
  ["the duration", ({ summary }) => durationOf(summary)],
  ["the mailbox", ({ summary }) => String(summary.options["mailbox"] ?? "sound")],
  ["the number of threads", ({ summary }) => threadsOf(summary)],
  ["the record of order", ({ summary }) => (summary.options["no-record"] === undefined ? "kept" : "left out")],
  ["the list of drawn faults", ({ summary }) => String(summary.options["faults"] ?? "empty") || "the usual one"],
  ["the machine", ({ summary }) => `${summary.environment.cpu} with ${summary.environment.cores} cores`],
];

/** Enough of a digest to tell two scenarios apart. */
const DIGEST_LENGTH = 12;

/** Of what a run of the scenario does: not of its description, its thresholds and its seed, nor of comments and layout. */
function contentDigest(scenarioText: string): string {
  return createHash("sha256").update(contentOf(scenarioText)).digest("hex").slice(0, DIGEST_LENGTH);
}

function contentOf(scenarioText: string): string {
  try {
    const scenario = parseScenario(scenarioText, RUN_FILES.scenario);
    return JSON.stringify({ ...scenario, description: "", incident: "", thresholds: {}, seed: 0 });
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    // A scenario of a version with other fields is the same as another when its text is.
    return scenarioText;
  }
}

/** As asked for, in one notation: `60s` and `1m` are the same. */
function durationOf({ options: { duration } }: Summary): string {
  if (duration === undefined) return "the scenario's";
  const ms = parseDuration(String(duration));
  return ms === undefined ? String(duration) : formatDuration(ms);
}

/** Threads for simulated workers and tasks: those that came to the end, and those that were killed on the way. */
function threadsOf({ health, faults = [] }: Summary): string {
  const ended = health.threads.filter(({ thread }) => /^(client|task)-\d+$/.test(thread)).length;
  return String(ended + faults.filter(({ kind }) => kind === "kill-thread").length);
}
