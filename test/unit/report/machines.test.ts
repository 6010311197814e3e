/** What the outputs say of the machines of a run: each by its name, a lost one with its workers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { renderReport, renderSummary, runJUnit, runMarkdown } from "../../../dist/report/index.js";
import { summarySchema, type Summary } from "../../../dist/results/index.js";
import { exampleReport, exampleSummary } from "../../support/report/example.js";

const sound: NonNullable<Summary["machines"]>[number] = {
  name: "alpha-12",
  node: "v20.19.0",
  cores: 2,
  threads: 2,
  workers: 1667,
  clock: { aheadMs: -12.5, uncertaintyMs: 0.25, driftMs: 0.01 },
  startLateMs: 0.4,
  schedule: { kept: true, slipP99Ms: 3, slipMaxMs: 8, boundMs: 100 },
  process: { cpuCores: 1.5, peakMemoryBytes: 200 * 2 ** 20 },
  use: {
    ...{ waits: "measured", watchedMs: 1000, cores: 2, ownCores: 1.5, othersCores: 0.25, stolenCores: 0.1 },
    ...{ throttledCores: 0, waitShare: 0.2, takenShare: 0.15, withheldShare: 0.05, boundShare: 0.1, taken: true },
    ...{ pressureShare: null, othersIncludeTarget: false },
  },
};
const gone: NonNullable<Summary["machines"]>[number] = {
  ...sound,
  name: "beta-7",
  workers: 833,
  clock: { aheadMs: 2, uncertaintyMs: 20.5, driftMs: null },
  startLateMs: null,
  process: undefined,
  use: undefined,
  lost: { why: "nothing was heard from it for 10 s", workers: "workers 2, 5, 8, … (1 of every 3)", unfinished: 800 },
};
const summary: Summary = { ...exampleSummary(), machines: [sound, gone] };

const EXPECTED = [
  /alpha-12/,
  /1,667 workers on 2 threads · actions ran 3\.00 ms late \(p99; allowed: 100 ms\), at most 8\.00 ms · clock 12\.5 ms behind ± 0\.250 ms, moved 0\.010 ms · started 0\.400 ms late · used 1\.50 cores, at most 200 MiB · ready threads waited for a core 20\.0 % of the time, 15\.0 % because of other programs \(the hypervisor and the CPU limit: 5\.0 %\) · other programs used 0\.25 of 2 cores, the hypervisor took 0\.10/,
  /beta-7/,
  /lost: nothing was heard from it for 10 s; workers 2, 5, 8, … \(1 of every 3\)/,
];

test("the summary keeps them", () => {
  assert.deepEqual(
    summarySchema.parse(JSON.parse(JSON.stringify(summary))).machines,
    JSON.parse(JSON.stringify([sound, gone])),
  );
});

for (const [output, text] of [
  ["the terminal", renderSummary(summary, { color: false, width: 400, directory: "results/x" })],
  ["Markdown", runMarkdown(summary)],
  ["the report", renderReport(summary, exampleReport())],
  ["JUnit", runJUnit(summary)],
] as const)
  test(`${output} names each machine, and how it did`, () => {
    for (const expected of EXPECTED) assert.match(text, expected);
  });

test("a lost machine is a failed test of JUnit, the other one is not", () => {
  const xml = runJUnit(summary);
  assert.match(xml, /<testcase classname="machines" name="machine 1 carries its workers"><system-out>/);
  assert.match(xml, /<testcase classname="machines" name="machine 2 carries its workers"[^>]*>\s*<failure/);
});
