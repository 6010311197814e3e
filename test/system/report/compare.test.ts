/** `simulate compare` with two runs: its output and its page. */
import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { createRunDirectory } from "../../../dist/results/index.js";
import { writeRun } from "../../../dist/report/index.js";
import { simulate, temporaryDirectory } from "../../support/cli/simulate.js";
import { exampleReport, exampleSummary } from "../../support/report/example.js";

/** Two runs, `a-run`, which passed, and `b-run`, which failed. */
function twoRuns(t: TestContext): string {
  const root = temporaryDirectory(t);
  for (const [runId, broken] of [
    ["a-run", false],
    ["b-run", true],
  ] as const) {
    const summary = { ...exampleSummary({ broken }), runId };
    writeRun(createRunDirectory(root, runId), { summary, hlog: "", scenario: "", report: exampleReport() });
  }
  return root;
}

test("two runs by their ids: their verdicts, their figures, and the page in the directory of the second", async (t) => {
  const root = twoRuns(t);
  const { code, stdout, stderr } = await simulate("compare", "a-run", "last", "--results", root);
  assert.equal(stderr, "");
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^One run on each side cannot tell a change from noise\. Use .*\n\nA {2}✓ passed {2}disconnect-storm .*a-run\nB {2}✗ failed \(exit 98\) .*b-run\nBoth runs have the same plan\./,
  );
  assert.match(
    stdout,
    /live update \(intended\) +5,000 +5,000 +0\.394 +0\.394 +0 % +3\.29 +3\.29 +0 % +3\.93 +3\.93 +0 %/,
  );
  assert.match(stdout, /completed +1,604 +1,604 +0 %/);
  const page = join(root, "b-run", "compared-with-a-run.html");
  assert.ok(stdout.trimEnd().endsWith("b-run/compared-with-a-run.html"));
  assert.match(readFileSync(page, "utf8"), /<h1>Two runs<\/h1>/);
});

test("a damaged run beside one of the two is named by the command and on the page", async (t) => {
  const root = twoRuns(t);
  const [before, after, page] = [join(root, "before"), join(root, "after"), join(root, "both.html")];
  for (const [id, folder] of [
    ["a-run", before],
    ["b-run", after],
  ] as const)
    cpSync(join(root, id), join(folder, id), { recursive: true });
  cpSync(join(root, "a-run"), join(before, "<damaged>"), { recursive: true });
  writeFileSync(join(before, "<damaged>", "summary.json"), "{");
  const { code, stderr } = await simulate("compare", before, after, "--html", page);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /excluded from the comparison: 1 of 2 runs:\n {2}<damaged>: .*summary\.json: it is not JSON\n$/);
  assert.match(
    readFileSync(page, "utf8"),
    /Excluded from the comparison: 1 run\..*<li>\S+&lt;damaged&gt;: cannot read/s,
  );
});

test("one run a side: the page, Markdown and JUnit say first that it cannot tell a change from noise", async (t) => {
  const root = twoRuns(t);
  const [page, markdown, junit] = ["both.html", "both.md", "both.xml"].map((name) => join(root, name));
  assert.ok(page !== undefined && markdown !== undefined && junit !== undefined);
  const outputs = ["--html", page, "--markdown", markdown, "--junit", junit];
  assert.equal((await simulate("compare", "a-run", "b-run", "--results", root, ...outputs)).code, 0);
  const first = (path: string): string => readFileSync(path, "utf8").replace(/^.*<main/s, "");
  assert.match(
    first(page),
    /<h1>Two runs<\/h1>\s*<p class="note">One run on each side cannot tell a change from noise/,
  );
  assert.match(first(markdown), /^### Comparison\n\nOne run on each side cannot tell a change from noise/);
  assert.match(
    first(junit),
    /<testsuite [^>]*>\s*<testcase classname="runs" name="there are enough runs on each side"><skipped message="One run/,
  );
});

test("an inconclusive run that is named by itself is compared, with its reason in every output", async (t) => {
  const root = twoRuns(t);
  const taken = { ...exampleSummary({ slow: true, othersMs: 1200 }), runId: "c-run" };
  assert.equal(taken.verdict.outcome, "inconclusive");
  writeRun(createRunDirectory(root, "c-run"), { summary: taken, hlog: "", scenario: "", report: exampleReport() });
  const [markdown, junit] = [join(root, "both.md"), join(root, "both.xml")];
  const outputs = ["--markdown", markdown, "--junit", junit];
  const { stdout } = await simulate("compare", "a-run", "c-run", "--results", root, ...outputs);
  assert.match(stdout, /\nB {2}\? inconclusive \(exit 97\) .*c-run\n {3}other programs kept the machine busy: /);
  assert.match(readFileSync(markdown, "utf8"), /\n\nc-run is inconclusive: other programs kept the machine busy: /);
  assert.match(readFileSync(junit, "utf8"), /<skipped message="One run .* c-run is inconclusive: other programs/);
});

test("the page is written to the path of --html", async (t) => {
  const root = twoRuns(t);
  const page = join(root, "both.html");
  assert.equal((await simulate("compare", join(root, "a-run"), join(root, "b-run"), "--html", page)).code, 0);
  assert.ok(existsSync(page));
});
