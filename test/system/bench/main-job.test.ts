/** `simulate bench main-job`, with a scenario of a second. What the figures are depends on the machine. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { measurePaired, parseResult, type Figure } from "../../../dist/bench/index.js";
import { at } from "../../../dist/vocabulary/index.js";
import { simulate, temporaryDirectory } from "../../support/cli/simulate.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const TINY = join(ROOT, "test/data/bench/tiny.yaml");
/**
 * The threshold of that scenario allows 60 workers, in 400 ms. A machine that is too slow for them has less capacity,
 * or none.
 */
const MOST_ARRIVALS = 60 / 0.4;
const CAPACITY = ["capacity", "worker-at-capacity", "p50", "p95", "p99"].map((name) => `main-job/${name}`);
/** The figures that judge a change. */
const GATE = ["main-job/worker", "main-job/update", "main-job/run"];

const namesOf = (figures: readonly Figure[]): string[] => figures.map(({ name }) => name);

test("the command gives a complete table, and a result that can be compared", async (t) => {
  const output = join(temporaryDirectory(t), "main-job.json");
  const { code, stdout, stderr } = await simulate(
    ...["bench", "main-job", "--scenario", TINY, "--rounds", "1", "--output", output],
  );
  assert.equal(code, 0, stderr);
  const { figures } = parseResult(readFileSync(output, "utf8"), output);
  const capacity = figures.find(({ name }) => name === "main-job/capacity");
  assert.deepEqual(namesOf(figures), [...GATE, "main-job/one-worker", ...(capacity === undefined ? [] : CAPACITY)]);
  assert.ok(capacity === undefined || at(capacity.rounds, 0) <= MOST_ARRIVALS);
  for (const { doc } of figures) assert.ok(stdout.includes(doc), `${doc} is missing in\n${stdout}`);
  for (const { name, rounds, floor } of figures) {
    assert.ok(rounds.every(Number.isFinite), name);
    if (floor !== null)
      assert.ok(
        floor.rounds.every((value) => value > 0 && Number.isFinite(value)),
        name,
      );
  }
});

test("figures that cannot be measured are named", async (t) => {
  const none = join(temporaryDirectory(t), "none.yaml");
  // Two workers, none of which may start.
  writeFileSync(none, readFileSync(TINY, "utf8").replace("count<=60", "count<1").replaceAll("400ms", "20ms"));
  const { code, stdout, stderr } = await simulate("bench", "main-job", "--scenario", none, "--rounds", "1");
  assert.equal(code, 0, stderr);
  assert.match(
    stderr,
    /^ {2}no capacity, .* does not pass even with 1 worker; see why with: .*simulate capacity .*none/m,
  );
  assert.doesNotMatch(stdout, /arrival rate that passes/);
});

test("the gate measures checkouts by their command lines, in one round of three", async () => {
  const { base, current } = await measurePaired(ROOT, ROOT, { names: ["main-job"], rounds: 2, scenario: TINY });
  for (const figures of [base, current]) {
    assert.deepEqual(namesOf(figures), GATE);
    assert.ok(figures.every(({ rounds }) => rounds.length === 1));
  }
});

test("a scenario needs the benchmark that runs it, several times", async () => {
  const refused = async (words: string[]): Promise<string> => {
    const { code, stderr } = await simulate("bench", ...words);
    assert.equal(code, 2, stderr);
    return stderr;
  };
  assert.match(
    await refused(["status", "--scenario", TINY]),
    /^simulate: --scenario requires the benchmark main-job\n$/,
  );
  assert.match(
    await refused(["main-job", "--scenario", "-"]),
    /^simulate: invalid value "-" for --scenario: expected a/,
  );
});
