/** Names of inherited properties, such as `constructor`, in every lookup by name. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { onlySummary, simulate, temporaryDirectory } from "../../support/cli/simulate.js";

const scenario = (name: string): string =>
  fileURLToPath(new URL(`../../../test/data/scenario/${name}.yaml`, import.meta.url));

test("behaviours are counted", async () => {
  const { code, stdout } = await simulate("plan", "--json", "-s", scenario("inherited-behaviours"));
  assert.equal(code, 0);
  const { totals } = JSON.parse(stdout) as { totals: { behaviours: Record<string, number> } };
  assert.deepEqual({ ...totals.behaviours }, { toString: 5, constructor: 5 });
});

test("workers have the qualifications that are drawn for them", async (t) => {
  const results = temporaryDirectory(t);
  const { code, stderr } = await simulate(
    "-s",
    scenario("inherited-qualifications"),
    "--virtual",
    "-q",
    "--results",
    results,
  );
  assert.deepEqual([code, stderr], [0, ""]);
  // A status with such a name in the results of one run only.
  const { runId } = onlySummary(results);
  const file = join(results, runId, "summary.json");
  const summary = JSON.parse(readFileSync(file, "utf8")) as { outcomes: { agents: Record<string, number> } };
  const other = join(temporaryDirectory(t), "other");
  await simulate("-s", scenario("inherited-qualifications"), "--virtual", "-q", "--results", other);
  summary.outcomes.agents["constructor"] = 3;
  writeFileSync(file, JSON.stringify(summary));
  const compared = await simulate("compare", join(results, runId), join(other, onlySummary(other).runId));
  assert.match(compared.stdout, /constructor\s+3\s+0\s/, compared.stderr);
});

test("benchmarks and commands are unknown", async () => {
  const bench = await simulate("bench", "constructor");
  assert.equal(bench.code, 2, bench.stderr);
  assert.equal(bench.stderr.trimEnd().split("\n").length, 1, bench.stderr);
  const completion = await simulate("--get-yargs-completions", "simulate", "constructor", "");
  assert.deepEqual([completion.code, completion.stderr], [0, ""]);
});
