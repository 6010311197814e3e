/** The summary as JSON and in the terminal, and its exit code. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { exitCodeOf, judge, summarySchema } from "../../../dist/results/index.js";
import { renderSummary } from "../../../dist/report/index.js";
import { exampleSummary } from "../../support/report/example.js";

const options = { color: false, width: 96, directory: "results/20240102-030405-disconnect-storm-42" };
const golden = (name: string): string =>
  readFileSync(new URL(`../../../test/data/report/${name}.txt`, import.meta.url), "utf8");
// eslint-disable-next-line no-control-regex -- the escape character is what is looked for
const withoutColour = (text: string): string => text.replace(/\u001b\[\d+m/g, "");

test("the text of a passed run", () => {
  assert.equal(renderSummary(exampleSummary(), options), golden("passed"));
});

test("the text of a failed run begins with the reasons", () => {
  assert.equal(renderSummary(exampleSummary({ broken: true, slipMs: 400 }), options), golden("failed"));
});

test("the text with colour is the same text", () => {
  const text = renderSummary(exampleSummary({ broken: true }), { ...options, color: true });
  assert.notEqual(text, withoutColour(text));
  assert.equal(withoutColour(text), renderSummary(exampleSummary({ broken: true }), options));
});

test("no line of the text is wider than the given width", () => {
  for (const width of [48, 60, 70, 80, 100, 120]) {
    const lines = renderSummary(exampleSummary({ broken: true, slipMs: 400 }), { ...options, width }).split("\n");
    // Commands and paths stay whole, so that they can be copied.
    assert.deepEqual(
      lines.filter((line) => line.length > width && !/simulate |results\//.test(line)),
      [],
    );
  }
});

test("a run without samples is rendered", () => {
  const summary = exampleSummary();
  const empty = Object.fromEntries(
    Object.keys(summary.trends).map((name) => [
      name,
      { count: 0, min: null, mean: null, p50: null, p90: null, p99: null, p999: null, max: null },
    ]),
  );
  const text = renderSummary(
    { ...summary, trends: empty, overTime: [], floor: [], outcomes: { agents: {}, onboardingAgents: {} } },
    options,
  );
  assert.match(text, /No latency was measured\./);
  assert.doesNotMatch(text, /NaN|undefined|Infinity/);
});

test("the summary survives a round trip through JSON", () => {
  const summary = exampleSummary();
  const text = JSON.stringify(summary);
  assert.deepEqual(summarySchema.parse(JSON.parse(text)), summary);
  assert.deepEqual(JSON.parse(text), summary);
  assert.deepEqual(summary.trends["submit_ack_time"], {
    count: 0,
    min: null,
    mean: null,
    p50: null,
    p90: null,
    p99: null,
    p999: null,
    max: null,
  });
  assert.equal(summary.gauges["agents_live"], null);
});

const held = { id: "final-status", statement: "", held: true, checked: 1, violationCount: 0, violations: [] } as const;
const brokenInvariant = { ...held, held: false, violationCount: 1 };
const passed = { metric: "errors", expression: "count==0", observed: 0, passed: true } as const;
const failed = { ...passed, observed: 1, passed: false };
const kept = { kept: true, slipP99Ms: 1, slipMaxMs: 1, boundMs: 50 };
const late = { ...kept, kept: false, slipP99Ms: 60 };
const finished = { how: "finished", why: null } as const;
const generated = { generated: true, why: null };
const sound = { end: finished, invariants: [held], thresholds: [passed], load: generated, schedule: kept };

const codes: [name: string, facts: Parameters<typeof judge>[0], exitCode: number, reasons: RegExp[]][] = [
  ["nothing failed", sound, 0, []],
  [
    "an invariant broke",
    { ...sound, invariants: [held, brokenInvariant] },
    98,
    [/^invariant final-status broke: 1 violation, 1 checked$/],
  ],
  ["a threshold failed", { ...sound, thresholds: [failed] }, 99, [/^threshold errors count==0 failed: observed 1$/]],
  ["a threshold without samples", { ...sound, thresholds: [{ ...failed, observed: null }] }, 99, [/no samples$/]],
  [
    "the schedule was not kept",
    { ...sound, schedule: late },
    99,
    [/schedule was not kept: p99 of the slip is 60\.0 ms, the bound is 50\.0 ms/],
  ],
  [
    "nothing happened",
    { ...sound, load: { generated: false, why: "no worker acted" } },
    99,
    [/^the load was not generated: no worker acted$/],
  ],
  [
    "one machine of several fell behind",
    {
      ...sound,
      machines: [
        { name: "a", schedule: kept },
        { name: "b", schedule: late },
      ],
    },
    99,
    [/^the schedule was not kept on machine b: p99 of the slip is 60\.0 ms, the bound is 50\.0 ms$/],
  ],
  ["nothing was carried out", { ...sound, schedule: { ...late, slipP99Ms: null } }, 99, [/no slip was measured/]],
  ["interrupted", { ...sound, end: { how: "interrupted", why: "Ctrl-C" } }, 1, [/^the run was interrupted: Ctrl-C$/]],
  ["aborted", { ...sound, end: { how: "aborted", why: "max<5" } }, 99, [/^the run was aborted: max<5$/]],
  [
    "the most severe failure decides",
    {
      end: { how: "interrupted", why: "x" },
      invariants: [brokenInvariant],
      thresholds: [failed],
      load: { generated: false, why: "no agent was registered" },
      schedule: late,
    },
    98,
    [/^invariant/, /interrupted: x/, /^threshold/, /^the load was not generated: no agent/, /schedule/],
  ],
];

for (const [name, facts, exitCode, reasons] of codes) {
  test(`exit code ${exitCode}: ${name}`, () => {
    const verdict = judge(facts);
    assert.equal(exitCodeOf({ verdict }), exitCode);
    assert.equal(verdict.passed, exitCode === 0);
    assert.equal(verdict.reasons.length, reasons.length);
    reasons.forEach((reason, at) => assert.match(verdict.reasons[at] ?? "", reason));
  });
}
