/** A comparison as it is given out, and runs as figures. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  benchmarkActionJson,
  checkAlike,
  compareFigures,
  comparisonJUnit,
  comparisonMarkdown,
  figuresOfRuns,
  renderComparison,
  type Figure,
} from "../../dist/bench/index.js";
import { exampleSummary } from "../report/example.js";

const ROUNDS = Array.from({ length: 12 }, (_, round) => 100 + (round % 5));

function figure(name: string, factor: number, rest: Partial<Figure> = {}): Figure {
  return {
    name,
    doc: `what <${name}> costs | "all"`,
    unit: "µs",
    better: "smaller",
    rounds: ROUNDS.map((value) => value * factor),
    floor: null,
    goal: null,
    ...rest,
  };
}

const compared = compareFigures(
  [
    figure("worse", 1),
    figure("better", 1),
    figure("alike", 1),
    figure("few", 1, { rounds: [1, 2] }),
    figure("gone", 1),
  ],
  [figure("worse", 1.3), figure("better", 0.7), figure("alike", 1), figure("few", 1, { rounds: [1, 2] })],
  { paired: false, leastEffect: 0.05 },
);

test("a comparison for people: a line a metric, and the counts", () => {
  const text = renderComparison(compared, { color: false });
  assert.match(text, /what <worse> costs \| "all" +1\.300x +1\.\d+ – 1\.\d+ +< 0\.001 +✗ slower/);
  assert.match(text, /what <few> costs .* too few rounds +1\.000 +\? cannot tell/);
  assert.match(text, /\n1 slower, 1 faster, 1 same, 1 cannot tell\nOnly in one of the two: gone\n$/);
});

test("a comparison in the summary of a job", () => {
  const lines = comparisonMarkdown(compared).split("\n");
  assert.equal(lines[2], "1 slower, 1 faster, 1 same, 1 cannot tell");
  assert.match(
    lines[6] ?? "",
    /^\| what &lt;worse&gt; costs &#124; "all" \(`worse`\) \| 1\.300 \| [\d.]+ – [\d.]+ \| &lt; 0\.001 \| ✗ slower \|$/,
  );
});

test("a comparison as tests: slower fails, cannot tell is skipped", () => {
  const xml = comparisonJUnit(compared);
  assert.match(xml, /<testsuite name="simulate compare" tests="4" failures="1" errors="0" skipped="1">/);
  assert.match(
    xml,
    /name="worse"><failure message="slower: what &lt;worse&gt; costs \| &quot;all&quot;: 1\.300x the cost/,
  );
  assert.match(xml, /name="few"><skipped message="cannot tell: /);
  assert.match(xml, /name="alike"><system-out>same: /);
});

test("figures for github-action-benchmark: less is better, and over the floor where there is one", () => {
  const floor = { doc: "", rounds: ROUNDS };
  const [plain, rate, none] = JSON.parse(
    benchmarkActionJson([
      figure("cost", 2, { floor }),
      figure("rate", 0.5, { better: "greater", unit: "/s", floor }),
      figure("memory", 1, { unit: "bytes", rounds: [2000] }),
    ]),
  ) as { name: string; unit: string; value: number; range?: string }[];
  assert.deepEqual([plain?.value, plain?.unit, plain?.range], [2, "ratio to its floor", "± 0.0"]);
  assert.equal(rate?.value, 2);
  assert.deepEqual([none?.value, none?.unit, none?.range], [2000, "bytes", undefined]);
});

test("runs are rounds: what every run measured, p50 and p99", () => {
  const runs = [exampleSummary(), exampleSummary({ slipMs: 1 })];
  const figures = figuresOfRuns(runs);
  assert.ok(figures.some(({ name }) => name === "live_update_latency/p50"));
  assert.ok(figures.every(({ rounds }) => rounds.length === 2));
  assert.ok(
    figures.every(({ name }) => !name.startsWith("submit_ack_time")),
    "nothing was submitted",
  );
  const [p99] = figures.filter(({ name }) => name === "live_update_latency/p99");
  assert.equal(p99?.rounds[0], (runs[0]?.trends["live_update_latency"]?.p99 ?? NaN) * 1000);
});

test("runs that say nothing about each other are refused, with what differs", () => {
  const run = exampleSummary();
  const changed = (change: Partial<typeof run>): typeof run => ({ ...run, runId: "other", ...change });
  assert.doesNotThrow(() => checkAlike([run, changed({ seed: "7" })]));
  const refused = (other: typeof run, expected: RegExp): void =>
    assert.throws(() => checkAlike([run, other]), expected);
  refused(changed({ scenario: { name: "steady", description: "" } }), /the scenario of \S+ is \S+, of other steady$/);
  refused(changed({ plan: { ...run.plan, workers: 3 } }), /the number of workers of .*, of other 3$/);
  refused(changed({ engine: run.engine === "virtual" ? "threads" : "virtual" }), /the clock of /);
  refused(changed({ options: { duration: "99s" } }), /the duration of .*, of other 99s$/);
  assert.doesNotThrow(() =>
    checkAlike([changed({ options: { duration: "60s" } }), changed({ options: { duration: "1m" } })]),
  );
  refused(changed({ options: { mailbox: "reference" } }), /the mailbox of \S+ is sound, of other reference$/);
  refused(changed({ options: { "no-record": "" } }), /the record of order of \S+ is kept, of other left out$/);
  refused(changed({ options: { faults: "" } }), /the list of drawn faults of \S+ is empty, of other the usual one$/);
  const [thread] = run.health.threads;
  assert.ok(thread !== undefined);
  const threads = ["client-0", "task-0", "task-1"].map((name) => ({ ...thread, thread: name }));
  const withThreads = (count: number, more: Partial<typeof run> = {}): typeof run =>
    changed({ health: { ...run.health, threads: threads.slice(0, count) }, ...more });
  assert.throws(() => checkAlike([withThreads(3), withThreads(2)]), /the number of threads of other is 3, of other 2$/);
  assert.doesNotThrow(() =>
    checkAlike([
      withThreads(3),
      withThreads(2, {
        faults: [{ atMs: 1, kind: "kill-thread", thread: "task-1", what: "thread task-1 was killed" }],
      }),
    ]),
  );
  refused(
    changed({ end: { how: "interrupted", why: "by the user" } }),
    /^UnlikeRunsError: these runs cannot be compared: other did not finish: it was interrupted: by the user$/,
  );
  refused(
    changed({ environment: { ...run.environment, cpu: "abacus" } }),
    /the machine of .*, of other abacus with \d+ cores$/,
  );
});
