/** A simulated run without files, for running many of them. */
import { openDatabase } from "../../../platform/db/index.js";
import { checkInvariants, countFindings, type Violation } from "../../check/index.js";
import { createRecorder } from "../../measure/index.js";
import { buildPlan, type PlanOptions, type Scenario } from "../../scenario/index.js";
import type { MailboxKind } from "../../../platform/sync/index.js";
import { createEncoder } from "../../../replay/trace/index.js";
import { faultsOf, type FaultRates, type Faults } from "../../faults/index.js";
import { CoverageRecorder, type CoverageMark } from "./coverage-marks.js";
import { VirtualRun, WRITES_PER_COMMIT } from "./virtual-run.js";

/** What to run, as plain data. */
export interface RunRequest {
  readonly scenario: Scenario;
  readonly planOptions: PlanOptions;
  readonly mailbox: MailboxKind;
  /** Absent: no faults. */
  readonly faultRates?: FaultRates | undefined;
}

/** What is wrong with a run: an invariant that broke, or the error that ended it. */
export interface RunFailure {
  /** The invariant's id; `error` for an error that ended the run, `errors` for errors that did not. */
  readonly what: string;
  readonly violations: number;
  readonly first: Violation;
}

export interface RunResult {
  readonly seed: number;
  /** Empty if the run is correct. */
  readonly failures: readonly RunFailure[];
  readonly events: number;
  /** Hash of the trace. */
  readonly hash: string;
  readonly simulatedMs: number;
  readonly reached: readonly CoverageMark[];
}

/**
 * Runs it to its end and blocks the thread. `faults` replace those of the rates. Throws only if the scenario has no
 * plan; an error of the run is in the result.
 */
export function runInMemory(request: RunRequest, faults?: Faults): RunResult {
  const { scenario, planOptions, mailbox, faultRates } = request;
  const plan = buildPlan(scenario, planOptions);
  const encoder = createEncoder(() => undefined);
  const coverage = new CoverageRecorder();
  const database = openDatabase(":memory:", { writesPerCommit: WRITES_PER_COMMIT });
  try {
    const run = new VirtualRun({
      // Only correctness counts here: no threshold may end the run.
      scenario: { ...scenario, thresholds: {} },
      planOptions,
      plan,
      mailbox,
      database,
      runDir: "",
      faults: faults ?? faultsOf(plan.seed, faultRates),
      sink(event) {
        encoder.write(event);
        coverage.see(event);
      },
    });
    const failures = finish(run);
    return { seed: plan.seed, failures, ...encoder.end(), simulatedMs: run.now, reached: [...coverage.reached] };
  } finally {
    database.close();
  }
}

/** Runs `run` to its end; returns what is wrong with it. */
function finish(run: VirtualRun): RunFailure[] {
  try {
    while (!run.advance(Number.MAX_SAFE_INTEGER));
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return [{ what: "error", violations: 1, first: { what: "the run ended with an error", detail } }];
  }
  const { evidence, durationMs } = run.result();
  const invariants = checkInvariants(evidence);
  const recorder = createRecorder({ thread: "coordinator", originMs: 0 });
  countFindings(invariants, recorder);
  run.collector.add(recorder.take());
  const { errors } = run.collector.measurements(durationMs).counters;
  const failures = invariants.results.flatMap(({ id, violationCount, violations: [first] }): RunFailure[] =>
    first === undefined ? [] : [{ what: id, violations: violationCount, first }],
  );
  if (errors > 0)
    failures.push({
      what: "errors",
      violations: errors,
      first: { what: "unexpected errors", detail: "see the trace" },
    });
  return failures;
}
