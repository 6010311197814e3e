/** Run directories: files are there whole or not at all, and every failure is one line. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import {
  ResultsError,
  createRunDirectory,
  listRuns,
  readSummary,
  writeAtomically,
  writeRun,
} from "../../dist/report/index.js";
import { exampleReport, exampleSummary } from "./example.js";

function temporary(context: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "crowdstorm-results-"));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const oneLine = (pattern: RegExp) => (error: unknown) =>
  error instanceof ResultsError && pattern.test(error.message) && !error.message.includes("\n");

test("a run is written, listed and read back", (context) => {
  const root = join(temporary(context), "deep", "results");
  assert.deepEqual(listRuns(root), []);
  const summary = exampleSummary();
  const directory = createRunDirectory(root, summary.runId);
  writeRun(directory, { summary, hlog: "#log\n", scenario: "name: x # kept\n", report: exampleReport() });
  assert.deepEqual(readdirSync(directory).sort(), [
    "latency.hlog",
    "report.html",
    "report.json",
    "scenario.yaml",
    "summary.json",
  ]);
  assert.equal(readFileSync(join(directory, "scenario.yaml"), "utf8"), "name: x # kept\n");
  assert.deepEqual(readSummary(directory), summary);
  assert.deepEqual(listRuns(root), [{ runId: summary.runId, directory, summary }]);
});

test("runs that were cut off or cannot be read are listed as such, other directories are not", (context) => {
  const root = temporary(context);
  for (const name of ["a-cut-off", "b-unreadable", "c-baseline"]) mkdirSync(join(root, name));
  writeFileSync(join(root, "a-cut-off", "run.db"), "");
  writeFileSync(join(root, "b-unreadable", "summary.json"), '{"version": 2}');
  const [cutOff, unreadable, ...others] = listRuns(root);
  assert.deepEqual(cutOff, { runId: "a-cut-off", directory: join(root, "a-cut-off") });
  assert.match(unreadable?.problem ?? "", /summary\.json: it has version 2, this program reads version 1/);
  assert.deepEqual(others, []);
});

test("summaries that cannot be read", (context) => {
  const root = temporary(context);
  assert.throws(() => readSummary(root), oneLine(/there is no such file/));
  writeFileSync(join(root, "summary.json"), "{");
  assert.throws(() => readSummary(root), oneLine(/it is not JSON/));
  writeFileSync(join(root, "summary.json"), JSON.stringify({ ...exampleSummary(), seed: 5 }));
  assert.throws(() => readSummary(root), oneLine(/summary\.json: seed: /));
});

test("a run directory is made once, and not under a file", (context) => {
  const root = temporary(context);
  createRunDirectory(root, "one");
  assert.throws(() => createRunDirectory(root, "one"), oneLine(/one: it is there already/));
  writeFileSync(join(root, "file"), "");
  assert.throws(
    () => createRunDirectory(join(root, "file", "results"), "two"),
    oneLine(/cannot make the results directory .*: a part of the path is no directory/),
  );
});

test("an atomic write replaces the whole file, and when it fails leaves what was there and nothing else", (context) => {
  const root = temporary(context);
  const path = join(root, "file");
  writeAtomically(path, "old");
  writeAtomically(path, new TextEncoder().encode("new"));
  assert.equal(readFileSync(path, "utf8"), "new");

  mkdirSync(join(root, "taken"));
  assert.throws(() => writeAtomically(join(root, "taken"), "data"), oneLine(/cannot write .*taken: it is a directory/));
  assert.deepEqual(readdirSync(root).sort(), ["file", "taken"]);
  assert.throws(() => writeAtomically(join(root, "missing", "file"), "data"), oneLine(/there is no such file/));
  assert.throws(() => writeAtomically(join(path, "file"), "data"), oneLine(/a part of the path is no directory/));
  assert.ok(!existsSync(join(root, "missing")));
  assert.equal(readFileSync(path, "utf8"), "new");
});
