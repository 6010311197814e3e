/** docs/metrics.md lists the catalogue as it is. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { METRICS } from "../../../../dist/load/measure/index.js";

test("every metric is in docs/metrics.md, and nothing else", () => {
  const text = readFileSync(new URL("../../../../docs/metrics.md", import.meta.url), "utf8");
  const rows = text.split("\n").filter((line) => line.startsWith("| `"));
  assert.deepEqual(
    rows.sort(),
    Object.entries(METRICS)
      .map(([name, { unit, doc }]) => `| \`${name}\` | ${unit} | ${doc} |`)
      .sort(),
  );
});
