/** Thresholds: what is understood, what is refused and in which words, and when they hold. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ThresholdError,
  createRecorder,
  evaluate,
  evaluateEndedEarly,
  evaluateSoFar,
  failuresThatAbort,
  parseThreshold,
  parseThresholds,
} from "../../../../dist/load/measure/index.js";
import { mergeSnapshots } from "../../../support/measure/merge-snapshots.js";

function measured(durationMs = 10_000) {
  const recorder = createRecorder({ thread: "t", originMs: 0 });
  for (let ms = 1; ms <= 100; ms++) recorder.trend("live_update_latency").record(ms, 0);
  recorder.count("live_updates_sent", 500);
  for (const passed of [true, true, true, false]) recorder.observe("task_completion", passed);
  recorder.gauge("agents_waiting", 3);
  return mergeSnapshots([recorder.take()], durationMs);
}

test("a limit is the number that was written, in whichever unit", () => {
  const isLimit = (metric: string, expression: string, numerator: bigint, denominator: bigint): void => {
    const { limit } = parseThreshold(metric, expression);
    assert.equal(limit.numerator * denominator, numerator * limit.denominator, expression);
  };
  for (let percent = 0; percent <= 100; percent++)
    isLimit("task_completion", `rate>=${percent}%`, BigInt(percent), 100n);
  for (const us of [1, 1005, 99_999]) isLimit("stage_wake", `max<${us}us`, BigInt(us), 1000n);
  isLimit("stage_wake", "max<1.1s", 1100n, 1n);
});

const verdicts: [metric: string, expression: string, observed: number | null, passed: boolean][] = [
  ["live_update_latency", "avg<51", 50.5, true],
  ["live_update_latency", "min==1", 1, true],
  ["live_update_latency", "max < 100", 100, false],
  ["live_update_latency", "max<=100ms", 100, true],
  ["live_update_latency", "max<=0.1s", 100, true],
  ["live_update_latency", "max>99999us", 100, true],
  ["live_update_latency", "med<50.1", 50.003967, true],
  ["live_update_latency", "p(90)>=91", 90.046463, false],
  ["live_update_latency", "p( 99.9 ) != 100", 100, false],
  ["live_updates_sent", "count==500", 500, true],
  ["live_updates_sent", "rate>50", 50, false],
  ["live_updates_lost", "count==0", 0, true],
  ["task_completion", "rate>=0.75", 0.75, true],
  ["task_completion", "rate>75%", 0.75, false],
  ["task_completion", "rate>=75%", 0.75, true],
  ["agents_waiting", "value<3", 3, false],
  // Nothing was measured: no verdict in favour.
  ["stage_wake", "p(99)<5", null, false],
  ["stage_wake", "avg!=5", null, false],
  ["agents_live", "value==0", null, false],
];

for (const [metric, expression, observed, passed] of verdicts) {
  test(`${metric} ${expression} ${passed ? "passes" : "fails"}`, () => {
    const [result] = evaluate([parseThreshold(metric, expression)], measured());
    assert.deepEqual(
      { ...result, observed: typeof result?.observed === "number" ? Number(result.observed.toFixed(6)) : null },
      { metric, expression, observed, passed },
    );
  });
}

const refused: [metric: string, expression: string, message: RegExp][] = [
  ["live_update_latncy", "p(99)<5", /^there is no metric "live_update_latncy"; did you mean "live_update_latency"\?$/],
  ["live_update_latency", "p99<5", /write an aggregation, an operator and a number, such as "p\(99\)<5"/],
  ["live_update_latency", "p(99)<", /write an aggregation/],
  ["live_update_latency", "p(99)=5", /write an aggregation/],
  ["live_update_latency", "p(101)<5", /a percentile is from 0 to 100, not 101/],
  ["live_update_latency", "count>5", /a trend has avg, min, med, max, p\(N\), not count/],
  ["live_update_latency", "max<5kg", /"kg" is no unit of it; write one of us, ms, s, m, h/],
  ["live_updates_lost", "p(99)==0", /a counter has count, rate, not p/],
  ["live_updates_lost", "count==0ms", /"ms" is no unit of it; write a plain number/],
  ["task_completion", "value>0.5", /a rate has rate, not value/],
  ["task_completion", "rate>0.5s", /write a share from 0 to 1, or %/],
  ["task_completion", "rate>90", /a share is from 0 to 1, or from 0% to 100%; did you mean 90%\?$/],
  ["task_completion", "rate<150%", /a share is from 0 to 1, or from 0% to 100%$/],
  ["task_completion", "rate>-0.5", /a share is from 0 to 1, or from 0% to 100%$/],
  ["agents_waiting", "rate>0", /a gauge has value, not rate/],
];

for (const [metric, expression, message] of refused) {
  test(`refused: ${metric} ${expression}`, () => {
    assert.throws(
      () => parseThreshold(metric, expression),
      (error: unknown) =>
        error instanceof ThresholdError && message.test(error.message) && !error.message.includes("\n"),
    );
  });
}

test("a threshold may abort the run, but not before its delay, nor for lack of samples", () => {
  const thresholds = parseThresholds({
    live_update_latency: [{ threshold: "max<50", abortOnFail: true, delayAbortEval: "5s" }, "max<60"],
    stage_wake: [{ threshold: "max<50", abortOnFail: true }],
  });
  assert.deepEqual(failuresThatAbort(thresholds, measured(4999)), []);
  assert.deepEqual(
    failuresThatAbort(thresholds, measured(5000)).map((failure) => failure.expression),
    ["max<50"],
  );
  assert.throws(
    () => parseThreshold("stage_wake", { threshold: "max<5", delayAbortEval: "soon" }),
    /"soon" is no duration/,
  );
  assert.equal(
    parseThreshold("stage_wake", { threshold: "max<5", abortOnFail: true, delayAbortEval: "1m30s" }).delayAbortMs,
    90_000,
  );
  assert.throws(
    () => parseThreshold("stage_wake", { threshold: "max<5", delayAbortEval: "5s" }),
    /delayAbortEval has no effect without abortOnFail: true$/,
  );
});

test("of a run that was ended early, a threshold that its rest could have met is told apart", () => {
  const broken = (metric: string, spec: Parameters<typeof parseThreshold>[1]): boolean | undefined =>
    evaluateEndedEarly([parseThreshold(metric, spec)], measured())[0]?.brokenByEnd;
  for (const [metric, expression] of [
    ["stage_wake", "p(99)<5"],
    ["live_updates_sent", "count>500"],
    ["live_updates_sent", "count==501"],
    ["task_completion", "rate>0.8"],
    ["task_completion", "rate<0.5"],
    ["task_completion", "rate<=0.7"],
    ["task_completion", "rate==0.5"],
    ["task_completion", "rate!=0.75"],
    ["live_update_latency", "min<1"],
    ["live_update_latency", "min==0.5"],
    ["live_update_latency", "max>100"],
  ] as const)
    assert.equal(broken(metric, expression), true, `${metric} ${expression}`);
  for (const [metric, expression] of [
    ["live_update_latency", "p(99)<5"],
    ["task_completion", "rate<=0%"],
    ["task_completion", "rate==0"],
    ["task_completion", "rate==100%"],
    ["task_completion", "rate>=1"],
    ["live_update_latency", "min>5"],
    ["live_update_latency", "min>=1.5"],
    ["live_update_latency", "min==2"],
    ["live_updates_sent", "count<500"],
    ["live_updates_sent", "count<=499"],
    ["live_updates_sent", "count==499"],
    // It passed.
    ["live_updates_sent", "count==500"],
    ["live_updates_lost", "count==0"],
  ] as const)
    assert.equal(broken(metric, expression), undefined, `${metric} ${expression}`);
  assert.equal(broken("task_completion", { threshold: "rate>0.8", abortOnFail: true }), undefined);
});

test("during the run, a threshold that can still be reached, or has no samples, is open", () => {
  const isOpen = (metric: string, expression: string): boolean =>
    evaluateSoFar([parseThreshold(metric, expression)], measured()).every((threshold) => threshold.isOpen);
  assert.equal(isOpen("submit_ack_time", "p(99)<5"), true);
  assert.equal(isOpen("live_updates_sent", "count>500"), true);
  assert.equal(isOpen("live_updates_sent", "count==501"), true);
  assert.equal(isOpen("task_completion", "rate>=80%"), true);
  // These have passed or failed.
  assert.equal(isOpen("live_updates_sent", "count>=500"), false);
  assert.equal(isOpen("live_updates_sent", "count==499"), false);
  assert.equal(isOpen("live_updates_sent", "count!=500"), false);
  assert.equal(isOpen("live_update_latency", "max<100"), false);
  assert.equal(isOpen("live_update_latency", "min>5"), false);
  assert.equal(isOpen("task_completion", "rate<50%"), false);
  assert.equal(isOpen("task_completion", "rate>=100%"), false);
});
