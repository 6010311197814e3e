/** The outputs of a comparison, and the conversion of runs to figures. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  benchmarkActionJson,
  requireComparable,
  compareFigures,
  comparisonJUnit,
  comparisonMarkdown,
  figuresOfRuns,
  parseResult,
  renderComparison,
  type Figure,
  type ScenarioRun,
} from "../../../dist/bench/index.js";
import type { Summary } from "../../../dist/results/index.js";
import { exampleSummary } from "../../support/report/example.js";

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

test("a comparison as text has a line for each metric, and the counts", () => {
  const text = renderComparison(compared, { color: false });
  assert.match(text, /what <worse> costs \| "all" +1\.300x +1\.\d+ – 1\.\d+ +< 0\.001 +✗ slower/);
  assert.match(text, /what <few> costs .* too few rounds +1\.000 +\? inconclusive/);
  assert.match(text, /\n1 slower, 1 faster, 1 same, 1 inconclusive\nNot compared: gone: only before\n$/);
});

test("a comparison in the summary of a job", () => {
  const [title, , few, , ...lines] = comparisonMarkdown(compared).split("\n");
  assert.equal(title, "### Comparison");
  assert.equal(few, "Too few rounds to tell a change from noise, expected 5 or more: few.");
  assert.equal(lines[0], "1 slower, 1 faster, 1 same, 1 inconclusive");
  assert.match(
    lines[4] ?? "",
    /^\| what &lt;worse&gt; costs &#124; "all" \(`worse`\) \| 1\.300 \| [\d.]+ – [\d.]+ \| &lt; 0\.001 \| ✗ slower \|$/,
  );
});

test("a comparison as JUnit XML: slower fails, inconclusive is skipped", () => {
  const xml = comparisonJUnit(compared);
  assert.match(xml, /<testsuite name="simulate compare" tests="5" failures="1" errors="0" skipped="2">/);
  assert.match(
    xml,
    /name="worse"><failure message="slower: what &lt;worse&gt; costs \| &quot;all&quot;: 1\.300x the cost/,
  );
  assert.match(xml, /name="few"><skipped message="inconclusive: /);
  assert.match(xml, /name="alike"><system-out>same: /);
});

test("figures for github-action-benchmark: smaller is better, and over the floor when there is one", () => {
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

test("each run is a round with p50, p95 and p99 of each latency", () => {
  const runs = [exampleSummary(), exampleSummary({ slipMs: 1 })];
  const { figures, incomplete } = figuresOfRuns(runs);
  assert.deepEqual(incomplete, []);
  for (const percentile of ["p50", "p95"])
    assert.ok(figures.some(({ name }) => name === `live_update_latency/${percentile}`));
  assert.ok(figures.every(({ rounds }) => rounds.length === 2));
  assert.ok(
    figures.every(({ name }) => !name.startsWith("submit_ack_time")),
    "nothing was submitted",
  );
  const [p99] = figures.filter(({ name }) => name === "live_update_latency/p99");
  assert.equal(p99?.rounds[0], (runs[0]?.trends["live_update_latency"]?.p99 ?? NaN) * 1000);
});

const DATA = new URL("../../../test/data/compare/", import.meta.url);
const scenarioText = readFileSync(new URL("base.yaml", DATA), "utf8");
const runsOf = (...summaries: Summary[]): ScenarioRun[] => summaries.map((summary) => ({ summary, scenarioText }));

test("a metric that only some runs have is reported with their number", () => {
  const run = exampleSummary();
  const without: Summary = { ...run, trends: { ...run.trends } };
  delete without.trends["disconnect_detection"];
  const [some, all, none] = [[run, without, run], [run, run], [without]].map(figuresOfRuns);
  assert.ok(some !== undefined && all !== undefined && none !== undefined);
  assert.ok(!some.figures.some(({ name }) => name.startsWith("disconnect_detection")));
  const whyOf = (base: typeof some, current: typeof some): string | undefined =>
    compareFigures(base.figures, current.figures, {
      paired: false,
      leastEffect: 0.05,
      incomplete: { base: base.incomplete, current: current.incomplete },
    }).unmatched.find(({ name }) => name === "disconnect_detection/p99")?.why;
  assert.equal(whyOf(some, all), "in 2 of 3 runs before, in 2 of 2 runs now");
  assert.equal(whyOf(none, some), "in no run before, in 2 of 3 runs now");
  assert.equal(whyOf(some, some), "in 2 of 3 runs before, in 2 of 3 runs now");
  assert.equal(whyOf(all, all), undefined);
});

test("scenarios with the same name and different content cannot be compared", () => {
  const summary = exampleSummary();
  const isRefused = (text: string): void =>
    assert.throws(
      () => requireComparable([...runsOf(summary), { summary: { ...summary, runId: "other" }, scenarioText: text }]),
      /the content of the scenario of \S+ is SHA-256 [0-9a-f]{12}, of other SHA-256 [0-9a-f]{12}$/,
    );
  isRefused(readFileSync(new URL("base-other-content.yaml", DATA), "utf8"));
  isRefused(readFileSync(new URL("partial-metric.yaml", DATA), "utf8"));
  isRefused("a key of another version: 1");
  const changed = scenarioText.replace("A base.", "Another description.");
  const alike = `# The same.\n${changed}thresholds: { errors: ["count==0"] }\nseed: 7\n`;
  assert.doesNotThrow(() => requireComparable([...runsOf(summary), { summary, scenarioText: alike }]));
  const old = { summary, scenarioText: "a key of another version: 1" };
  assert.doesNotThrow(() => requireComparable([old, old]));
});

test("a floor with fewer rounds than its figure is invalid, and so is a duplicate name", () => {
  const whole = readFileSync(new URL("floor-whole.json", DATA), "utf8");
  assert.equal(parseResult(whole, "whole.json").figures.length, 1);
  assert.throws(
    () => parseResult(readFileSync(new URL("floor-too-short.json", DATA), "utf8"), "short.json"),
    /^ResultFormatError: short\.json: invalid result of simulate bench: figures\.0\.floor\.rounds: must have a value for each of the figure's 8 rounds, not 3 values$/,
  );
  const result = parseResult(whole, "whole.json");
  assert.throws(
    () => parseResult(JSON.stringify({ ...result, figures: [...result.figures, ...result.figures] }), "twice.json"),
    /twice\.json: .*: figures: must have unique names$/,
  );
});

test("every output names the excluded runs", () => {
  const excluded = [{ directory: "before/3", why: "it is not JSON" }];
  assert.match(renderComparison(compared, { color: false, excluded }), /\nExcluded from the comparison: 1 run\.\n\n/);
  assert.match(
    comparisonMarkdown(compared, { excluded }),
    /^### Comparison\n\n.*few\.\n\nExcluded from the comparison: 1 run\.\n/,
  );
  assert.match(comparisonMarkdown(compared, { excluded }), /\n- excluded: `before\/3`: it is not JSON\n/);
  assert.match(
    comparisonJUnit(compared, { excluded }),
    /<testcase classname="runs" name="before\/3"><skipped message="excluded: it is not JSON">/,
  );
});

test("every output says first how many runs a side there are, and whether they can tell a change from noise", () => {
  const cases: readonly (readonly [before: number, now: number, outcome: string, text: RegExp])[] = [
    [
      1,
      1,
      "skipped",
      /One run on each side cannot tell a change from noise\. Use .* with directories of several runs\./,
    ],
    [6, 5, "skipped", /6 runs before, 5 runs now: too few to tell a change .*, expected 6 or more on each side\./],
    [30, 3, "skipped", /30 runs before, 3 runs now: too few to tell a change .*, expected 6 or more on each side\./],
    [6, 7, "system-out", /6 runs before, 7 runs now\./],
  ];
  for (const [before, now, outcome, { source }] of cases) {
    // As many metrics as a run within a process has.
    const ofRuns = (runs: number): Figure[] =>
      Array.from({ length: 21 }, (_, metric) =>
        figure(`m${metric}`, 1, { rounds: Array.from({ length: runs }, (__, run) => 1 + run / 10) }),
      );
    const few = compareFigures(ofRuns(before), ofRuns(now), { paired: false, leastEffect: 0.05 });
    const runs = { sides: { before, now } };
    assert.match(renderComparison(few, { color: false, ...runs }), new RegExp(`^${source}\n\n`));
    assert.match(comparisonMarkdown(few, runs), new RegExp(`^### Comparison\n\n${source}\n\n`));
    const [, first = ""] = comparisonJUnit(few, runs).split("<testcase ");
    assert.match(
      first,
      new RegExp(`^classname="runs" name="there are enough runs on each side"><${outcome}.*${source}`),
    );
  }
});

test("ten times the cost is slower in as few rounds as the outputs ask for, and they say when there are fewer", () => {
  const noisy = (scale: number, rounds: number): number[] =>
    Array.from({ length: rounds }, (_, round) => scale * (1 + ((round * 7) % 5) / 50));
  const figures = (metrics: number, scale: number, rounds: number): Figure[] =>
    Array.from({ length: metrics }, (_, metric) =>
      figure(`m${metric}`, 1, { rounds: noisy(scale, rounds).map((value) => value * (1 + metric / 1000)) }),
    );
  for (const [paired, metrics, needed] of [
    [false, 21, 6],
    [false, 24, 7],
    [true, 3, 7],
  ] as const) {
    const compare = (rounds: number) =>
      compareFigures(figures(metrics, 1, rounds), figures(metrics, 10, rounds), { paired, leastEffect: 0.05 });
    const enough = compare(needed);
    assert.deepEqual(new Set(enough.comparisons.map(({ verdict }) => verdict)), new Set(["slower"]));
    assert.deepEqual([enough.tooFew, enough.neededRounds], [[], needed]);
    const fewer = compare(needed - 1);
    assert.ok(fewer.comparisons.every(({ verdict }) => verdict === "inconclusive"));
    assert.equal(fewer.tooFew.length, metrics);
    assert.match(
      renderComparison(fewer, { color: false }),
      new RegExp(`^Too few rounds to tell a change from noise, expected ${needed} or more(:| pairs .*:) m0, m1, m2`),
    );
  }
});

test("runs that cannot be compared are refused with the difference", () => {
  const run = exampleSummary();
  const changed = (change: Partial<typeof run>): typeof run => ({ ...run, runId: "other", ...change });
  assert.doesNotThrow(() => requireComparable(runsOf(run, changed({ seed: "7" }))));
  const refused = (other: typeof run, expected: RegExp): void =>
    assert.throws(() => requireComparable(runsOf(run, other)), expected);
  refused(changed({ scenario: { name: "steady", description: "" } }), /the scenario of \S+ is \S+, of other steady$/);
  refused(changed({ plan: { ...run.plan, workers: 3 } }), /the number of workers of .*, of other 3$/);
  refused(changed({ engine: run.engine === "virtual" ? "threads" : "virtual" }), /the clock of /);
  refused(changed({ options: { duration: "99s" } }), /the duration of .*, of other 99s$/);
  assert.doesNotThrow(() =>
    requireComparable(runsOf(changed({ options: { duration: "60s" } }), changed({ options: { duration: "1m" } }))),
  );
  refused(changed({ options: { mailbox: "reference" } }), /the mailbox of \S+ is sound, of other reference$/);
  refused(changed({ options: { "no-record": "" } }), /the record of order of \S+ is on, of other off$/);
  refused(changed({ options: { faults: "" } }), /the list of random faults of \S+ is empty, of other the default$/);
  const [thread] = run.health.threads;
  assert.ok(thread !== undefined);
  const threads = ["client-0", "task-0", "task-1"].map((name) => ({ ...thread, thread: name }));
  const withThreads = (count: number, more: Partial<typeof run> = {}): typeof run =>
    changed({ health: { ...run.health, threads: threads.slice(0, count) }, ...more });
  assert.throws(
    () => requireComparable(runsOf(withThreads(3), withThreads(2))),
    /the number of threads of other is 3, of other 2$/,
  );
  assert.doesNotThrow(() =>
    requireComparable(
      runsOf(
        withThreads(3),
        withThreads(2, {
          faults: [{ atMs: 1, kind: "kill-thread", thread: "task-1", what: "thread task-1 was killed" }],
        }),
      ),
    ),
  );
  refused(
    changed({ end: { how: "interrupted", why: "by the user" } }),
    /^IncomparableRunsError: cannot compare these runs: other did not finish: it was interrupted: by the user$/,
  );
  refused(
    changed({ environment: { ...run.environment, cpu: "abacus" } }),
    /the machine of .*, of other abacus with \d+ cores$/,
  );
});
