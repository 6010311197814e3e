/** Durations as text. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { formatDuration } from "../../../../dist/load/scenario/index.js";
import { parseDuration } from "../../../../dist/vocabulary/index.js";

describe("parseDuration", () => {
  it("reads units and their sums", () => {
    const read = ["0s", "250ms", "1.5s", "2m", "1h", "1m30s", "0.001ms", "250us"].map(parseDuration);
    assert.deepEqual(read, [0, 250, 1500, 120_000, 3_600_000, 90_000, 0.001, 0.25]);
  });

  it("refuses whatever is no duration", () => {
    for (const text of ["", "5", "-5s", "+5s", "5 s", "5d", "s", "1e3ms", ".5s", "5s "])
      assert.equal(parseDuration(text), undefined, text);
  });

  it("reads what formatDuration wrote", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e10 }), (ms) => assert.equal(parseDuration(formatDuration(ms)), ms)),
    );
    assert.deepEqual([0, 250, 1500, 60_000, 7_200_000, 90_000].map(formatDuration), [
      "0ms",
      "250ms",
      "1.5s",
      "1m",
      "2h",
      "1.5m",
    ]);
  });
});
