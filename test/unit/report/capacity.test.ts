/** A search for a capacity in the terminal and as a page. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { renderCapacity, renderCapacityReport, renderTrial, renderTrialHeading } from "../../../dist/report/index.js";
import type { Capacity } from "../../../dist/results/index.js";
import { exampleCapacity } from "../../support/report/example-capacity.js";

const options = { color: false, width: 96, directory: "results/capacity-1", resume: "simulate capacity --resume DIR" };

function textOf(result: Capacity, width = 96): string {
  const rows = result.trials.map((trial) => renderTrial(trial, { color: false, width }));
  return `${[renderTrialHeading(), ...rows].join("\n")}\n${renderCapacity(result, { ...options, width })}`;
}

test("the text of a search that found the capacity", () => {
  const golden = new URL("../../../test/data/report/capacity.txt", import.meta.url);
  assert.equal(textOf(exampleCapacity()), readFileSync(golden, "utf8"));
});

test("no line is wider than the given width, but for commands and paths", () => {
  // The figures of a row need 80 columns.
  for (const width of [80, 100]) {
    const lines = textOf(exampleCapacity(), width).split("\n");
    assert.deepEqual(
      lines.filter((line) => line.length > width && !/simulate |results\//.test(line)),
      [],
    );
  }
  const text = renderCapacity(exampleCapacity(), { ...options, width: 48 });
  assert.deepEqual(
    text.split("\n").filter((line) => line.length > 48 && !/simulate |results\//.test(line)),
    [],
  );
});

const nothing = { capacity: null, fails: null, limit: null, exitCode: 1 } as const;
for (const [change, expected] of [
  [{ end: "interrupted" }, /^\? capacity of disconnect-storm: at least 1,179 arrivals a second; the search was interr/],
  [{ end: "out-of-time", ...nothing }, /^\? disconnect-storm: no rate is known to pass; the search ran out of time/],
  [{ end: "none", capacity: null }, /^✗ disconnect-storm passes at no rate that was tried/],
  [
    { exitCode: 97 },
    /^\? capacity of disconnect-storm: at least 1,179 arrivals a second; above it other programs kept the machine busy/,
  ],
  [
    { end: "none", capacity: null, exitCode: 97 },
    /^\? disconnect-storm passes at no rate that was tried: other programs/,
  ],
  [{ end: "unbounded" }, /^✓ capacity of disconnect-storm: at least 1,179 arrivals a second; a run cannot have more/],
  [{ engine: "network" }, /^✓ capacity of disconnect-storm: 3,536 live units at once, at 1,179 arrivals a second/],
] as const satisfies readonly (readonly [Partial<Capacity>, RegExp])[]) {
  test(`the first line says what is known: ${JSON.stringify(change).slice(0, 50)}`, () => {
    const result = exampleCapacity(change);
    const text = renderCapacity(result, { ...options, width: 200 });
    assert.match(text, expected);
    assert.equal(text.includes("Continue"), ["interrupted", "out-of-time"].includes(result.end));
    const [line = ""] = text.split("\n");
    assert.ok(renderCapacityReport(result).includes(`<h1 id="verdict">${line.slice(2)}</h1>`));
  });
}

test("the page has each rate once, the marks, and a link to each run; its texts are escaped", () => {
  const page = renderCapacityReport(
    exampleCapacity({ limit: { part: "unknown", what: "<script>x</script>", evidence: [] } }),
  );
  const data = JSON.parse(/id="capacity">(.*?)<\/script>/.exec(page)?.[1] ?? "") as Record<string, unknown>;
  assert.deepEqual(
    data["rates"],
    [2500, 5000, 7071, 10_000].map((workers) => workers / 6),
  );
  assert.deepEqual(data["passed"], [1, 2, 2, 0]);
  assert.deepEqual(data["p95"], [3, 9.5, 33, 310]);
  assert.deepEqual(data["p99"], [12, 47.5, 160, 1000]);
  assert.deepEqual([data["passes"], data["fails"]], [7071 / 6, 10_000 / 6]);
  assert.ok(page.includes('<a href="runs/run-3/report.html">failed</a>'));
  assert.ok(page.includes("&lt;script&gt;x"));
});
