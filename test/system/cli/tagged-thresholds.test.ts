/**
 * Thresholds on a part of a run, from the command line and with abortOnFail, on real threads and under simulated time.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { onlySummary, simulate, temporaryDirectory } from "../../support/cli/simulate.js";

const TEXT = `name: tagged
description: Some of the workers leave within a window.
incident: None.
arrivals: { startRate: 20, stages: [{ duration: 3s, target: 20 }] }
task: { blueprint: chat, liveUpdateTimeout: 3s, submissionTimeout: 3s }
behaviours:
  dropping: { weight: 0.5, actions: 40, thinkTime: 100ms, disconnect: { window: [1s, 3s], name: storm } }
  staying: { weight: 0.5, actions: 40, thinkTime: 100ms }
thresholds:
  "disconnects{ during: storm , behaviour: dropping }": ["count==0"]
  errors: ["count==0"]
drainTimeout: 20s
`;

function written(t: TestContext, text: string): { file: string; results: string } {
  const directory = temporaryDirectory(t);
  const file = join(directory, "tagged.yaml");
  writeFileSync(file, text);
  return { file, results: join(directory, "results") };
}

for (const [engine, ...flags] of [["threads"], ["virtual", "--virtual"]] as const) {
  describe(`on the engine ${engine}`, { concurrency: 2 }, () => {
    test("--threshold judges a part of the run, and replaces what the scenario has for the same part", async (t) => {
      const { file, results } = written(t, TEXT);
      const given = [
        "disconnects{behaviour:dropping,during:storm}=count>0",
        "disconnects{behaviour:staying}=count==0",
        "disconnects{before:storm}=count==0",
        "live_updates_sent{ behaviour: staying, after: storm }=count<1",
        "live_updates_sent{behaviour:staying,after:storm}=rate>0",
        "task_completion{behaviour:dropping}=rate>0.99",
      ];
      const args = given.flatMap((threshold) => ["--threshold", threshold]);
      const { code, stderr } = await simulate("-s", file, "--quiet", "--results", results, ...args, ...flags);
      const { thresholds, verdict } = onlySummary(results);
      assert.equal(code, verdict.thresholdsJudged ? 99 : 97, stderr);
      assert.deepEqual(
        thresholds.map(({ metric, expression, passed }) => [metric, expression, passed]),
        [
          ["disconnects{behaviour:dropping,during:storm}", "count>0", true],
          ["errors", "count==0", true],
          ["disconnects{behaviour:staying}", "count==0", true],
          ["disconnects{before:storm}", "count==0", true],
          ["live_updates_sent{behaviour:staying,after:storm}", "count<1", false],
          ["live_updates_sent{behaviour:staying,after:storm}", "rate>0", true],
          ["task_completion{behaviour:dropping}", "rate>0.99", false],
        ],
      );
    });

    test("abortOnFail ends the run for a part of it, after its delay", async (t) => {
      const { file, results } = written(
        t,
        TEXT.replace(
          /thresholds:[^]*(?=drain)/,
          `thresholds:
  live_updates_sent{behaviour:staying}: [{ threshold: "count<5", abortOnFail: true, delayAbortEval: 1200ms }]
  disconnects{behaviour:staying}: [{ threshold: "count==0", abortOnFail: true }]
`,
        ),
      );
      const { code, stderr } = await simulate("-s", file, "--quiet", "--results", results, ...flags);
      const { end, verdict, thresholds } = onlySummary(results);
      assert.equal(code, verdict.thresholdsJudged ? 99 : 97, stderr);
      assert.equal(end.how, "aborted");
      assert.match(
        end.why ?? "",
        /^threshold live_updates_sent\{behaviour:staying\} count<5 failed after [1-9]\d*\.\d s: observed \d+$/,
      );
      assert.deepEqual(
        thresholds.map(({ passed, brokenByEnd }) => [passed, brokenByEnd]),
        [
          [false, undefined],
          [true, undefined],
        ],
      );
    });

    test("abortOnFail waits for the phase that it is of", async (t) => {
      const { file, results } = written(
        t,
        TEXT.replace(
          /thresholds:[^]*(?=drain)/,
          `thresholds:
  live_updates_sent{behaviour:staying,after:storm}: [{ threshold: "count>1000000", abortOnFail: true }]
`,
        ),
      );
      await simulate("-s", file, "--quiet", "--results", results, ...flags);
      const { end } = onlySummary(results);
      const [, seconds] =
        /^threshold live_updates_sent\{behaviour:staying,after:storm\} count>1000000 failed after (\d+\.\d) s/.exec(
          end.why ?? "",
        ) ?? [];
      assert.ok(Number(seconds) >= 3, end.why ?? "the run was not ended");
    });
  });
}

test("a phase that did not take place has no count, which fails", async (t) => {
  const { file, results } = written(
    t,
    `${TEXT.replace(/thresholds:[^]*(?=drain)/, 'thresholds: { "errors{during:late}": ["count==0"] }\n')}faults: [{ kind: stall-database, name: late, window: [60s, 60s], lasts: 1s }]\n`,
  );
  const { code, stdout } = await simulate("-s", file, "--virtual", "--results", results);
  assert.equal(code, 99, stdout);
  assert.match(
    stdout,
    /✗ threshold errors\{during:late\} count==0 failed: no samples: this phase did not take place\n/,
  );
  assert.match(stdout, /✗ errors\{during:late\} +count==0 +no samples: this phase did not take place\n/);
  const quiet = await simulate("-s", file, "--virtual", "--quiet", "--results", `${results}-quiet`);
  assert.match(quiet.stderr, /failed: no samples: this phase did not take place\n/);
  assert.equal(onlySummary(results).thresholds[0]?.phaseMissed, true);
  const sweep = await simulate("sweep", file, "--thresholds", "--seeds", "1", "--results", `${results}-sweep`);
  assert.match(sweep.stdout, /✗ errors\{during:late\} count==0: no samples: this phase did not take place\n/);
});

test("what a run in one process does not measure is not judged, instead of 0", async (t) => {
  const { file, results } = written(t, TEXT.replace(/thresholds:[^]*(?=drain)/, ""));
  const { code, stdout } = await simulate(
    ...["-s", file, "--virtual", "--results", results],
    ...["--threshold", "packets_lost{during:storm}=count==0", "--threshold", "errors=count==0"],
  );
  assert.equal(code, 0, stdout);
  const { thresholds, notChecked } = onlySummary(results);
  assert.deepEqual(
    thresholds.map(({ metric }) => metric),
    ["errors"],
  );
  assert.deepEqual(notChecked, [
    {
      kind: "threshold",
      id: "packets_lost{during:storm} count==0",
      why: "the metric is measured only over a network",
    },
  ]);
});

describe("bad input", { concurrency: 2 }, () => {
  for (const [metric, condition, expected] of [
    [
      "errors{behaviour:stayin}",
      "count<1",
      'there is no behaviour "stayin"; did you mean "staying"? there are dropping, staying',
    ],
    ["errors{during:strom}", "count<1", 'there is no window or fault "strom"; did you mean "storm"? there are storm'],
    ["errors{behavior:staying}", "count<1", 'there is no tag "behavior" of errors; write behaviour:NAME, before:NAME,'],
    [
      'errors{behaviour="staying"}',
      "count<1",
      '"behaviour="staying"" is no tag of errors; write behaviour:NAME, before:NAME,',
    ],
    ["errors{}", "count<1", '"" is no tag of errors; write behaviour:NAME, before:NAME,'],
    ["errors{behaviour:staying", "count<1", "is no metric with tags; write it as live_update_latency{behaviour:NAME}"],
    ["{behaviour:staying}", "count<1", "has no metric; write it as live_update_latency{behaviour:NAME}"],
    ["eror{behaviour:staying}", "count<1", 'there is no metric "eror"; did you mean "errors"?'],
    [
      "connections_cut{behaviour:staying}",
      "count<1",
      'connections_cut has no tag "behaviour": it is measured for no single worker',
    ],
    ["agents_live{during:storm}", "value<1", "it is known only for the run as a whole; write it without braces"],
    [
      "errors{behaviour:staying}",
      "p(99)<1",
      'threshold "p(99)<1" on errors{behaviour:staying}: a counter has count, rate, not p',
    ],
    ["errors{behaviour:staying}", "", "for --threshold: expected a metric and a condition"],
  ] as const) {
    test(`--threshold '${metric}=${condition}' is one line that says what would be right`, async (t) => {
      const { file, results } = written(t, TEXT);
      const { code, stdout, stderr } = await simulate(
        ...["-s", file, "--quiet", "--results", results, "--threshold", `${metric}=${condition}`],
      );
      assert.deepEqual([code, stdout], [2, ""], stderr);
      assert.match(
        stderr,
        condition === "" ? /^simulate: [^\n]+\n$/ : /^simulate: \S+ with the changes:\d+: thresholds\.[^\n]+\n$/,
      );
      assert.ok(stderr.includes(expected), stderr);
    });
  }
});
