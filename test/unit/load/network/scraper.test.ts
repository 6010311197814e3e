/** Prometheus text is read as it comes: what is no number, and the buckets of histograms, are left out. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePrometheus } from "../../../../dist/load/network/index.js";

test("it reads values with their labels, and the types of metrics", () => {
  const { samples, types } = parsePrometheus(`# HELP a Something {odd} 1
# TYPE a counter
a_total{path="/x y",b="}"} 3 1395066363000
# TYPE h histogram
h_bucket{le="0.1"} 2
h_sum 0.5
h_count 2
g NaN
g2 -1.5e3
not a sample at all
`);
  assert.deepEqual(
    [...samples],
    [
      ['a_total{path="/x y",b="}"}', 3],
      ["h_sum", 0.5],
      ["h_count", 2],
      ["g2", -1500],
    ],
  );
  assert.deepEqual(
    [...types],
    [
      ["a", "counter"],
      ["h", "histogram"],
    ],
  );
});

test("text of another kind has no values", () => {
  assert.equal(parsePrometheus("<!DOCTYPE html>\n<p>Hello 1</p>").samples.size, 0);
});
