/** What the seeds of a rate say about it, under simulated time. */
import { median } from "simple-statistics";
import { observedText } from "../../results/index.js";
import { plural } from "../../vocabulary/index.js";
import { NO_FIGURES, type JudgedTrial } from "./judge-trial.js";

/** The result of a seed, as a sweep with thresholds gives it. */
export interface SeedOutcome {
  readonly seed: number;
  readonly failures: readonly {
    readonly what: string;
    readonly violations: number;
    readonly first: { readonly what: string; readonly detail: string };
  }[];
  readonly missed?: readonly {
    readonly metric: string;
    readonly expression: string;
    readonly observed: number | null;
  }[];
  /** Why the plan was not carried out; absent when it was. */
  readonly unmet?: readonly { readonly text: string }[];
  /** Of a live update, ms; absent without live updates. */
  readonly latency?: { readonly p50: number; readonly p95: number; readonly p99: number };
}

/** A run that ended with an error, and one in which errors were counted: no invariant is known to be broken. */
const ERRORS = ["error", "errors"];

/**
 * A rate passes when all of its seeds do. Otherwise the lowest seed that fails decides: those above it need not be run,
 * and are not looked at, so that the trial is the same on any number of threads and machines. With `metric`, of all
 * thresholds only those on it decide; a plan that was not carried out fails a seed in any case. The latencies are the
 * medians of the seeds.
 */
export function judgeSeeds(results: readonly SeedOutcome[], metric: string | undefined): JudgedTrial {
  const missedOf = ({ missed = [] }: SeedOutcome) =>
    missed.filter((threshold) => metric === undefined || threshold.metric === metric);
  const lowest = results.findIndex((result) => {
    const { failures, unmet = [] } = result;
    return failures.length + unmet.length + missedOf(result).length > 0;
  });
  const failing = results[lowest];
  const figures = {
    run: null,
    ...NO_FIGURES,
    ...latencyOf(failing === undefined ? results : results.slice(0, lowest + 1)),
  };
  if (failing === undefined) return { ...figures, outcome: "passed", reasons: [] };
  const { seed, failures, unmet = [] } = failing;
  const isBroken = failures.some(({ what }) => !ERRORS.includes(what));
  const reasons = [
    ...failures.map(({ what, violations, first }) =>
      ERRORS.includes(what)
        ? `${first.what}: ${first.detail}`
        : `invariant ${what} broke: ${plural(violations, "violation")}, first: ${first.what}: ${first.detail}`,
    ),
    ...unmet.map(({ text }) => text),
    ...missedOf(failing).map((threshold) => {
      const { metric: name, expression } = threshold;
      return `threshold ${name} ${expression} failed: ${observedText(threshold)}`;
    }),
  ];
  return {
    ...figures,
    outcome: isBroken ? "broken" : "failed",
    reasons: reasons.map((reason) => `seed ${seed}: ${reason}`),
  };
}

function latencyOf(results: readonly SeedOutcome[]): Pick<JudgedTrial, "p50" | "p95" | "p99"> {
  const known = results.flatMap(({ latency = [] }) => latency);
  if (known.length === 0) return { p50: null, p95: null, p99: null };
  return {
    p50: median(known.map(({ p50 }) => p50)),
    p95: median(known.map(({ p95 }) => p95)),
    p99: median(known.map(({ p99 }) => p99)),
  };
}
