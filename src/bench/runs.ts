/** Finished runs of a scenario as figures that can be compared: each run is a round. */
import { TREND_NAMES } from "../measure/index.js";
import { LATENCY_LABELS, type Summary } from "../report/index.js";
import { formatDuration, parseDuration } from "../scenario/index.js";
import type { Figure } from "./figure.js";

/** Runs that say nothing about each other. The message is one line. */
export class UnlikeRunsError extends Error {
  override readonly name = "UnlikeRunsError";
}

/** The percentiles of each latency that are compared. */
const PERCENTILES = ["p50", "p99"] as const;
const US_PER_MS = 1000;

/** The latencies that every one of the runs has. Runs of one scenario: see {@link checkAlike}. */
export function figuresOfRuns(runs: readonly Summary[]): Figure[] {
  return TREND_NAMES.flatMap((trend) => {
    const label = LATENCY_LABELS[trend];
    if (label === undefined) return [];
    return PERCENTILES.flatMap((percentile): Figure[] => {
      const values = runs.flatMap((run) => run.trends[trend]?.[percentile] ?? []);
      if (values.length === 0 || values.length < runs.length) return [];
      return [
        {
          name: `${trend}/${percentile}`,
          doc: `${label}, ${percentile}`,
          unit: "µs",
          better: "smaller",
          rounds: values.map((ms) => ms * US_PER_MS),
          floor: null,
          goal: null,
        },
      ];
    });
  });
}

/**
 * Whether a difference between these runs can be the program's doing: they carried out the same scenario to its end, with as many
 * workers, in the same way, on machines of one kind. Seeds may differ.
 * @throws UnlikeRunsError that names what differs
 */
export function checkAlike(runs: readonly Summary[]): void {
  for (const { runId, end } of runs) {
    if (end.how === "finished") continue;
    throw new UnlikeRunsError(
      `these runs cannot be compared: ${runId} did not finish: it was ${end.how}: ${end.why ?? "no reason is given"}`,
    );
  }
  const [first, ...others] = runs;
  if (first === undefined) return;
  for (const other of others) {
    for (const [what, of] of LIKENESSES) {
      if (of(first) === of(other)) continue;
      throw new UnlikeRunsError(
        `these runs cannot be compared: ${what} of ${first.runId} is ${of(first)}, of ${other.runId} ${of(other)}`,
      );
    }
  }
}

const LIKENESSES: readonly (readonly [what: string, of: (run: Summary) => string])[] = [
  ["the scenario", ({ scenario }) => scenario.name],
  ["the clock", ({ engine }) => (engine === "virtual" ? "simulated" : "the machine's")],
  ["the number of workers", ({ plan }) => String(plan.workers)],
  ["the duration", durationOf],
  ["the mailbox", ({ options }) => String(options["mailbox"] ?? "sound")],
  ["the number of threads", threadsOf],
  ["the record of order", ({ options }) => (options["no-record"] === undefined ? "kept" : "left out")],
  ["the list of drawn faults", ({ options }) => String(options["faults"] ?? "empty") || "the usual one"],
  ["the machine", ({ environment }) => `${environment.cpu} with ${environment.cores} cores`],
];

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
