/** The outputs of a run for CI tools: Markdown, JUnit XML, figures. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { code, plain, runBenchmarkJson, runJUnit, runMarkdown } from "../../../dist/report/index.js";
import { exampleSummary } from "../../support/report/example.js";

const golden = (name: string): string =>
  readFileSync(new URL(`../../../test/data/report/${name}`, import.meta.url), "utf8");

test("a failed run as Markdown and as JUnit XML", () => {
  const summary = exampleSummary({ broken: true, slipMs: 400 });
  assert.equal(runMarkdown(summary), golden("failed.md"));
  assert.equal(runJUnit(summary), golden("failed.xml"));
});

test("an inconclusive run as Markdown and as JUnit XML: an error, and no threshold is judged", () => {
  const summary = exampleSummary({ slow: true, othersMs: 1000 });
  assert.equal(runMarkdown(summary), golden("inconclusive.md"));
  const xml = runJUnit(summary);
  assert.equal(xml, golden("inconclusive.xml"));
  assert.match(xml, /failures="0" errors="1"/);
});

test("a passed run has no failure", () => {
  const xml = runJUnit(exampleSummary());
  assert.doesNotMatch(xml, /<failure|<error/);
  assert.match(
    xml,
    /<testsuite name="[^"]+" tests="\d+" failures="0" errors="0" skipped="2" time="[\d.]+" timestamp="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d">/,
  );
  assert.match(runMarkdown(exampleSummary()), /^### ✓ [^\n]+: passed\n/);
});

test("an interrupted run is an error, not a failure", () => {
  const xml = runJUnit({ ...exampleSummary(), end: { how: "interrupted", why: "SIGINT" } });
  assert.match(xml, /errors="1"/);
  assert.match(
    xml,
    /<error message="interrupted: SIGINT">same plan again: simulate --scenario disconnect-storm --seed 42 --threads 2<\/error>/,
  );
});

test("a run that a threshold aborted did not finish", () => {
  const xml = runJUnit({
    ...exampleSummary(),
    end: { how: "aborted", why: "threshold errors count<1 failed after 3.0 s: observed 2" },
  });
  assert.match(
    xml,
    /name="the run finishes"><error message="aborted: threshold errors count&lt;1 failed after 3\.0 s: observed 2">/,
  );
});

test("an invariant with nothing to check is skipped", () => {
  const summary = exampleSummary();
  const none = summary.invariants.filter(({ checked }) => checked === 0).map(({ id }) => id);
  assert.ok(none.length > 0);
  const xml = runJUnit(summary);
  for (const { id } of summary.invariants) assert.equal(xml.includes(`name="${id}"><skipped `), none.includes(id), id);
});

test("github-action-benchmark gets names, units and numbers", () => {
  const entries = JSON.parse(runBenchmarkJson(exampleSummary())) as Record<string, unknown>[];
  assert.ok(entries.length > 0);
  for (const { name, unit, value, extra, ...more } of entries) {
    assert.deepEqual([typeof name, unit, typeof value, typeof extra, more], ["string", "ms", "number", "string", {}]);
  }
  assert.equal(new Set(entries.map(({ name }) => name)).size, entries.length, "a name twice is one chart");
});

test("text in Markdown has no markup", () => {
  assert.equal(plain("a <b> `c` [d](e) @f"), "a &lt;b&gt; &#96;c&#96; &#91;d&#93;(e) &#64;f");
  assert.equal(code("a `b` c"), "`` a `b` c ``");
});
