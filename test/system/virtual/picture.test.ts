/** The life of an agent as a picture: in the report of its run, and of any agent by `simulate trace`. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { ReportData } from "../../../dist/results/index.js";
import { simulate, temporaryDirectory } from "../../support/cli/simulate.js";

test("a run under simulated time leaves the lives of its slowest agents, and simulate trace draws any", async (t) => {
  const results = temporaryDirectory(t);
  await simulate(
    "--scenario",
    "steady",
    "--workers",
    "12",
    "--virtual",
    "--seed",
    "5",
    "--results",
    results,
    "--quiet",
  );
  const [run = ""] = readdirSync(results);
  const { slowest, faultMarks } = JSON.parse(readFileSync(join(results, run, "report.json"), "utf8")) as ReportData;
  assert.equal(faultMarks, undefined);
  for (const { agentId, sequence, taken } of slowest) {
    assert.ok(sequence !== undefined);
    const { columns, rows, bars, arrows } = sequence;
    assert.match(columns.join(), /^clients-\d,io,tasks-\d,database$/);
    assert.equal(rows.filter(({ text }) => /^take \S+ from mailbox/.test(text)).length, taken, agentId);
    assert.equal(rows.filter(({ text }) => text.includes("◀ the slowest")).length, 1);
    // Every update is taken after it was appended, by another part of the run.
    const taking = arrows.flatMap(({ from, to }) =>
      typeof to === "number" && rows[to]?.text.includes("from mailbox") ? [[from, to] as const] : [],
    );
    assert.equal(taking.length, taken);
    for (const [from, to] of taking) assert.ok(from < to && rows[from]?.column === 1 && rows[to]?.column === 2);
    for (const { from, to } of bars) assert.ok(from < to && to < rows.length);
  }

  const [agent] = slowest;
  assert.ok(agent !== undefined);
  const drawn = await simulate("trace", run, "--results", results, "--agent", agent.agentId, "--html");
  assert.equal(drawn.code, 0, drawn.stderr);
  assert.ok(drawn.stdout.trim().endsWith(`${run}/agent-${agent.agentId}.html`));
  assert.match(readFileSync(join(results, run, `agent-${agent.agentId}.html`), "utf8"), /<svg class="whole"/);

  for (const [args, message] of [
    [["--html"], /require --agent/],
    [["--agent", "999", "--html"], /has no events of an agent 999/],
  ] as const) {
    const { code, stderr } = await simulate("trace", run, "--results", results, ...args);
    assert.equal(code, 2);
    assert.match(stderr, message);
  }
});

test("faults that were drawn are in the report", async (t) => {
  const results = temporaryDirectory(t);
  await simulate(
    "--scenario",
    "steady",
    "--workers",
    "12",
    "--virtual",
    "--seed",
    "5",
    "--faults",
    "late=0.2",
    "--results",
    results,
    "--quiet",
  );
  const [run = ""] = readdirSync(results);
  const { faultMarks = [], durationMs } = JSON.parse(
    readFileSync(join(results, run, "report.json"), "utf8"),
  ) as ReportData;
  assert.deepEqual(
    faultMarks.map(({ label }) => label),
    ["late"],
  );
  assert.ok(
    faultMarks.every(({ count, atMs }) => count === atMs.length && atMs.every((ms) => ms >= 0 && ms <= durationMs)),
  );
});
