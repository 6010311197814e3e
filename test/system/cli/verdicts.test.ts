/** Runs whose verdict was wrong in earlier versions, or contradicted the printed figures. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { readFileSync } from "node:fs";
import type { Summary } from "../../../dist/results/index.js";
import { onlySummary, simulate, temporaryDirectory } from "../../support/cli/simulate.js";

const DATA = fileURLToPath(new URL("../../../test/data/verdicts/", import.meta.url));

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly summary: Summary;
  readonly junit: string;
  readonly markdown: string;
}

async function outcomeOf(t: TestContext, name: string, ...options: string[]): Promise<Outcome> {
  const root = temporaryDirectory(t);
  const results = join(root, "results");
  const [junit, markdown] = [join(root, "run.xml"), join(root, "run.md")];
  const { code, stdout } = await simulate(
    ...["--scenario", join(DATA, `${name}.yaml`), "--results", results, "--junit", junit, "--markdown", markdown],
    ...options,
  );
  const [xml, md] = [readFileSync(junit, "utf8"), readFileSync(markdown, "utf8")];
  return { code, stdout, summary: onlySummary(results), junit: xml, markdown: md };
}

test("a share that equals the limit passes, also in per cent", async (t) => {
  const { code, summary } = await outcomeOf(t, "percent-125", "--virtual");
  assert.deepEqual(summary.verdict, {
    outcome: "passed",
    passed: true,
    exitCode: 0,
    thresholdsJudged: true,
    reasons: [],
  });
  assert.equal(code, 0);
});

test("a count that differs from the limit is printed differently", async (t) => {
  const { code, stdout, junit, markdown } = await outcomeOf(
    t,
    "observed-rounded",
    ...["--virtual", "--workers", "10001", "--duration", "10s"],
  );
  assert.equal(code, 99);
  assert.match(stdout, /threshold workers_started count==10000 failed: observed 10,001\n/);
  assert.match(junit, /name="workers_started count==10000"><failure message="observed 10,001">/);
  assert.match(markdown, /count==10000.* 10,001 /);
});

test("the latency of a live update that waits for hours is exact enough for its thresholds", async (t) => {
  const { summary, stdout } = await outcomeOf(t, "waited-for-hours", "--virtual");
  assert.deepEqual(
    summary.thresholds.map(({ expression, passed }) => [expression, passed]),
    [
      ["max<=1h", false],
      ["max<=6.01h", true],
      ["max>5.99h", true],
      ["p(99)<=1h", false],
      ["avg>=3h", true],
    ],
  );
  assert.match(stdout, /max<=1h not judged: observed 21,600,000 ms/);
});

test("a run in which no worker acts does not pass", async (t) => {
  const { code, summary, junit } = await outcomeOf(t, "nobody-works", "--virtual");
  assert.equal(code, 99);
  assert.deepEqual(summary.verdict.reasons, [
    {
      code: "load-not-generated",
      text: "the load was not generated: no worker acted: there was no live update, submit, return, disconnect or timeout",
    },
  ]);
  assert.match(junit, /name="the load is generated"><failure message="no worker acted: /);
});

test("a run whose client threads were killed before their workers had finished does not pass", async (t) => {
  const options = ["--seed", "6", "--workers", "200", "--duration", "3s", "--threads", "2"];
  const { code, summary } = await outcomeOf(t, "client-threads-killed", ...options);
  assert.notEqual(code, 0);
  const { counters } = summary;
  const of = (name: string): number => counters[name] ?? 0;
  const lost = of("workers_cut_off");
  assert.ok(lost > 0);
  assert.equal(of("workers_finished") + lost, 200);
  assert.ok(of("live_updates_taken") <= of("live_updates_sent"));
  assert.deepEqual(
    summary.verdict.reasons.filter((reason) => reason.code === "load-not-generated").map(({ text }) => text),
    [`the load was not generated: ${lost} of 200 workers had not finished when their client thread was killed`],
  );
});
