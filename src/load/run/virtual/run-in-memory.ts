/** A simulated run without files, for running many of them. */
import { openDatabase } from "../../../platform/db/index.js";
import type { Violation } from "../../check/index.js";
import { evaluate, evaluateEndedEarly, loadGenerated } from "../../measure/index.js";
import { buildPlan, type Plan, type PlanOptions, type Scenario } from "../../scenario/index.js";
import { sharedMemory, type MailboxKind } from "../../../platform/sync/index.js";
import { createEncoder } from "../../../replay/trace/index.js";
import { faultsOf, type FaultRates, type Faults } from "../../faults/index.js";
import { judge, type Reason } from "../../../results/index.js";
import { messageOf } from "../../../vocabulary/index.js";
import { judgedThresholds } from "../judged-thresholds.js";
import type { RunEnd } from "../lifecycle.js";
import { measureEnd, type RunMeasurements } from "../measure-end.js";
import { CoverageRecorder, type CoverageMark } from "./coverage-marks.js";
import { VirtualRun, WRITES_PER_COMMIT } from "./virtual-run.js";

/** What to run, as plain data. */
export interface RunRequest {
  readonly scenario: Scenario;
  readonly planOptions: PlanOptions;
  readonly mailbox: MailboxKind;
  /** Absent: no faults. */
  readonly faultRates?: FaultRates | undefined;
  /**
   * Whether the thresholds are evaluated. If so, one with `abortOnFail` can end the run early, as it ends the run of
   * this seed alone; if not, no threshold has an effect.
   */
  readonly thresholds?: boolean | undefined;
}

/** What is wrong with a run: an invariant that broke, or the error that ended it. */
export interface RunFailure {
  /** The invariant's id; `error` for an error that ended the run, `errors` for errors that did not. */
  readonly what: string;
  readonly violations: number;
  readonly first: Violation;
}

/** A threshold that a run misses. */
export interface MissedThreshold {
  readonly metric: string;
  readonly expression: string;
  /** What was measured, in the unit of the expression; null when there are no samples. */
  readonly observed: number | null;
  /** When there are none because the phase of its tags did not take place. */
  readonly phaseMissed?: true;
}

export interface RunResult {
  readonly seed: number;
  /** Empty if the run is correct. */
  readonly failures: readonly RunFailure[];
  /** The thresholds that it misses, in the scenario's order; absent unless they are evaluated. */
  readonly missed?: readonly MissedThreshold[];
  /**
   * Why its plan was not carried out, as the verdict on this seed alone says: a threshold aborted it, its load was not
   * generated, or workers were cut off. Absent when there is no such reason, and unless thresholds are evaluated.
   */
  readonly unmet?: readonly Reason[];
  /** Of a live update, in simulated ms; absent as `missed` is, and of a run without live updates. */
  readonly latency?: { readonly p50: number; readonly p95: number; readonly p99: number };
  readonly events: number;
  /** Hash of the trace. */
  readonly hash: string;
  readonly simulatedMs: number;
  readonly reached: readonly CoverageMark[];
}

/** Whether a run breaks an invariant, ends with an error, misses a threshold, or does not carry out its plan. */
export function hasFailed({ failures, missed = [], unmet = [] }: RunResult): boolean {
  return failures.length + missed.length + unmet.length > 0;
}

/**
 * Runs it to its end and blocks the thread. `faults` replace those of the rates. Throws only if the scenario has no
 * plan; an error of the run is in the result.
 */
export function runInMemory(request: RunRequest, faults?: Faults): RunResult {
  const { scenario, planOptions, mailbox, faultRates, thresholds = false } = request;
  const plan = buildPlan(scenario, planOptions);
  const encoder = createEncoder(() => undefined);
  const coverage = new CoverageRecorder();
  const database = openDatabase(":memory:", { writesPerCommit: WRITES_PER_COMMIT });
  try {
    const run = new VirtualRun({
      scenario: thresholds ? scenario : { ...scenario, thresholds: {} },
      planOptions,
      plan,
      mailbox,
      database,
      runDir: "",
      allocate: reuseMemory,
      faults: faults ?? faultsOf(plan.seed, faultRates),
      sink(event) {
        encoder.write(event);
        coverage.see(event);
      },
    });
    const { failures, missed, unmet, latency } = finish(run, plan, scenario.thresholds);
    return {
      seed: plan.seed,
      failures,
      ...(thresholds && {
        missed,
        ...(unmet.length > 0 && { unmet }),
        ...(latency !== undefined && { latency }),
      }),
      ...encoder.end(),
      simulatedMs: run.now,
      reached: [...coverage.reached],
    };
  } finally {
    database.close();
  }
}

/** The memory of this thread's last run, for its next. */
let arenaMemory: SharedArrayBuffer | undefined;

/**
 * A run ends before the next one of its thread begins. New memory for each would pile up: the collector does not take
 * the size of shared memory into account.
 */
function reuseMemory(bytes: number): SharedArrayBuffer {
  if (arenaMemory?.byteLength === bytes) new Uint8Array(arenaMemory).fill(0);
  else arenaMemory = sharedMemory(bytes);
  return arenaMemory;
}

interface FinishedSeed extends Pick<RunResult, "latency"> {
  readonly failures: readonly RunFailure[];
  readonly missed: readonly MissedThreshold[];
  readonly unmet: readonly Reason[];
}

/** Runs `run` to its end; returns what is wrong with it. */
function finish(run: VirtualRun, plan: Plan, thresholds: Scenario["thresholds"]): FinishedSeed {
  try {
    while (!run.advance(Number.MAX_SAFE_INTEGER));
  } catch (error) {
    const detail = messageOf(error);
    const first = { what: "the run ended with an error", detail };
    return { failures: [{ what: "error", violations: 1, first }], missed: [], unmet: [] };
  }
  const { collector, injection } = run;
  const result = run.result();
  const measured = measureEnd({ ...result, collector, injection, plan, originMs: 0 });
  const { measurements } = measured;
  const found = {
    failures: failuresOf(measured),
    missed: missedIn(measured, thresholds),
    unmet: unmetOf(result.end, measured, plan),
  };
  const updates = measurements.trends.live_update_latency;
  if (updates.count === 0) return found;
  const [p50, p95, p99] = [updates.percentile(50), updates.percentile(95), updates.percentile(99)];
  return { ...found, latency: { p50, p95, p99 } };
}

function failuresOf({ invariants, measurements }: RunMeasurements): RunFailure[] {
  const failures = invariants.results.flatMap(({ id, violationCount, violations: [first] }): RunFailure[] =>
    first === undefined ? [] : [{ what: id, violations: violationCount, first }],
  );
  const { errors } = measurements.counters;
  if (errors > 0)
    failures.push({
      what: "errors",
      violations: errors,
      first: { what: "unexpected errors", detail: "see the trace" },
    });
  return failures;
}

/** Not those that the early end of the run broke: they are not judged. */
function missedIn({ measurements, cut }: RunMeasurements, thresholds: Scenario["thresholds"]): MissedThreshold[] {
  const { judged } = judgedThresholds(thresholds, "inside");
  return (cut.isEarly ? evaluateEndedEarly : evaluate)(judged, measurements)
    .filter(({ passed, brokenByEnd }) => !passed && brokenByEnd !== true)
    .map(({ metric, expression, observed, phaseMissed }) => ({
      ...{ metric, expression, observed },
      ...(phaseMissed !== undefined && { phaseMissed }),
    }));
}

/** A drawn fault that interrupts a run is no failure of it. */
function unmetOf(
  end: RunEnd["end"],
  { measurements, lostWorkers, unfinished }: RunMeasurements,
  { workers }: Plan,
): readonly Reason[] {
  if (end.how === "interrupted") return [];
  const load = loadGenerated(measurements, workers, lostWorkers);
  return judge({ end, load, unfinished, ...OTHERWISE_MET }).reasons;
}

/** So that the reasons are those of the end, of the load and of the workers alone. */
const OTHERWISE_MET = {
  invariants: [],
  thresholds: [],
  schedule: { kept: true, slipP99Ms: null, slipMaxMs: null, boundMs: 0 },
};
