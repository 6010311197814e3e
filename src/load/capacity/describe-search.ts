/** From the trials of a search to its result. */
import { join } from "node:path";
import { median } from "simple-statistics";
import { at, EXIT } from "../../vocabulary/index.js";
import {
  readSummary,
  type Capacity,
  type CapacityLimit,
  type CapacityTrial,
  type SearchIdentity,
  type Summary,
} from "../../results/index.js";
import { findLimit } from "./find-limit.js";
import { bracketOf } from "./next-trial.js";
import { failingTrials, passingTrials } from "./search-capacity.js";

/**
 * The result as far as the trials tell it. `directory`: of the search, with the runs of the trials.
 * @throws {ResultsError} when the summary of a trial cannot be read
 */
export function describeSearch(
  identity: SearchIdentity,
  { trials, end }: Pick<Capacity, "trials" | "end">,
  directory: string,
): Capacity {
  const agreeing = agreeingIn(identity.engine);
  const passing = passingTrials(trials, agreeing);
  const failing = failingTrials(trials, agreeing);
  const { fails } = bracketOf(trials, agreeing);
  // One that was inconclusive names the limit only where no trial of this rate failed.
  const limiting = failing.find(({ outcome }) => outcome !== "inconclusive") ?? failing[0];
  return {
    ...identity,
    trials: [...trials],
    end,
    capacity: passing.length === 0 ? null : capacityOf(passing, identity.arrivals.peakFactor),
    fails: fails === undefined ? null : { workers: fails, rate: at(failing, 0).rate },
    limit: limiting === undefined ? null : limitOf(identity, limiting, passing[0], directory),
    exitCode: exitCodeOf(trials, end),
  };
}

/** The trials that must agree: under simulated time, a trial has the same outcome each time. */
export function agreeingIn(engine: Capacity["engine"]): number | undefined {
  return engine === "virtual" ? 1 : undefined;
}

function limitOf(
  { engine }: SearchIdentity,
  failed: CapacityTrial,
  passed: CapacityTrial | undefined,
  directory: string,
): CapacityLimit {
  if (engine !== "virtual")
    return findLimit({ trial: failed, summary: summaryOf(failed, directory) }, passed && summaryOf(passed, directory));
  const { outcome, reasons } = failed;
  return { part: outcome === "broken" ? "invariant" : "threshold", what: at(reasons, 0), evidence: reasons.slice(1) };
}

function capacityOf(passing: readonly CapacityTrial[], peakFactor: number): NonNullable<Capacity["capacity"]> {
  const { workers, rate } = at(passing, 0);
  const middle = (of: (trial: CapacityTrial) => number | null | undefined): number | null => {
    const values = passing.flatMap((trial) => of(trial) ?? []);
    return values.length === 0 ? null : median(values);
  };
  const peaks = passing.flatMap(({ peakLiveUnits }) => peakLiveUnits ?? []);
  return {
    workers,
    rate,
    peakRate: rate * peakFactor,
    p50: middle(({ p50 }) => p50),
    p95: middle(({ p95 }) => p95),
    p99: middle(({ p99 }) => p99),
    cpuCores: middle(({ cpuCores }) => cpuCores),
    liveUnits: peaks.length === 0 ? null : Math.max(...peaks),
  };
}

/** The summary of a trial's run; undefined when the run died. */
function summaryOf({ run, cpuCores }: CapacityTrial, directory: string): Summary | undefined {
  return run === null || cpuCores === null ? undefined : readSummary(join(directory, run));
}

function exitCodeOf(trials: readonly CapacityTrial[], end: Capacity["end"]): Capacity["exitCode"] {
  if (trials.some(({ outcome }) => outcome === "broken")) return EXIT.invariant;
  if (isBoundedByOthers(trials, end)) return EXIT.inconclusive;
  if (end === "found" || end === "unbounded") return EXIT.ok;
  return end === "none" ? EXIT.threshold : EXIT.interrupted;
}

/** Whether the lowest rate that fails does so because other programs kept the machine busy: alone, more might pass. */
function isBoundedByOthers(trials: readonly CapacityTrial[], end: Capacity["end"]): boolean {
  const { fails } = bracketOf(trials);
  if (fails === undefined || (end !== "found" && end !== "none")) return false;
  const outcomes = trials.filter(({ workers }) => workers === fails).map(({ outcome }) => outcome);
  return (
    outcomes.filter((outcome) => outcome === "inconclusive").length >
    outcomes.filter((outcome) => outcome === "failed").length
  );
}
