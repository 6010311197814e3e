/** The summary as JSON and in the terminal, and its exit code. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { summarySchema } from "../../../dist/results/index.js";
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

test("the text of an inconclusive run begins with why it proves nothing", () => {
  const text = renderSummary(exampleSummary({ slow: true, othersMs: 1000 }), options);
  assert.equal(text, golden("inconclusive"));
  assert.match(text, /^\? INCONCLUSIVE \(exit 97\) {2}disconnect-storm: other programs kept the machine busy: /);
});

test("a run that passed says that other programs kept the machine busy", () => {
  const text = renderSummary(exampleSummary({ othersMs: 1000 }), { ...options, width: 400 });
  assert.match(text, /^✓ PASSED .*\n.*\n {2}! other programs kept the machine busy: .* lower on an idle one\n/);
});

test("over a network the CPU has no part of the platform, which is outside", () => {
  const summary = exampleSummary();
  const threads = (summary.health.cpu?.threads ?? []).filter(({ part }) => part === "generator");
  const cpu = { ...{ totalMs: 10_000, generatorMs: 9000, platformMs: 0, runtimeMs: 1000 }, threads };
  const text = renderSummary(
    { ...summary, engine: "network", health: { ...summary.health, cpu } },
    { ...options, width: 400 },
  );
  assert.match(text, / CPU 10\.0 s: simulated workers and measuring 9\.0 s \(90\.0 %\), runtime 1\.0 s \(10\.0 %\)\n/);
  assert.match(text, / CPU by thread: client-0 \d\.\d s, coordinator \d\.\d s\n/);
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

test("figures by behaviour and by phase stay in their columns under names of any length", () => {
  const name = "workers-behind-the-second-gateway-of-the-office";
  const tags = { behaviours: ["unaffected", name], spans: [{ name, fromMs: 6000, toMs: 8000 }] };
  for (const width of [60, 80, 120]) {
    const text = renderSummary(exampleSummary({ tags }), { ...options, width, by: ["behaviour", "phase"] });
    const lines = text.slice(text.indexOf("By behaviour"), text.indexOf("Path of a live")).split("\n");
    assert.deepEqual(
      lines.filter((line) => line.length > width),
      [],
    );
    const ends = lines.filter((line) => /\S {3,}[\d.,]+$/.test(line)).map(({ length }) => length);
    assert.ok(ends.length > 10);
    assert.equal(new Set(ends).size, 1, `the last column ends at ${[...new Set(ends)].join()} of ${width}`);
    assert.match(text, /\n {2}during workers-behind-the-second-gateway-of-the-office\n {26}/);
  }
});

test("a run without samples is rendered", () => {
  const summary = exampleSummary();
  const empty = Object.fromEntries(
    Object.keys(summary.trends).map((name) => [
      name,
      { count: 0, min: null, mean: null, p50: null, p90: null, p95: null, p99: null, p999: null, max: null },
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
    p95: null,
    p99: null,
    p999: null,
    max: null,
  });
  assert.equal(summary.gauges["agents_live"], null);
});
