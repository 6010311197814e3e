/** Run directories: files are written completely or not at all, and every error is one line. */
import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import {
  ResultsError,
  createRunDirectory,
  isFinished,
  isRun,
  listRuns,
  readRunRecord,
  readSummary,
  writeAtomically,
  writeRunRecord,
  type RunRecord,
} from "../../../dist/results/index.js";
import { renderReportOf, writeRun } from "../../../dist/report/index.js";
import { newRunId } from "../../../dist/results/index.js";
import { exampleReport, exampleSummary } from "../../support/report/example.js";

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

test("incomplete and unreadable runs are listed as such, other directories are not listed", (context) => {
  const root = temporary(context);
  for (const name of ["a-cut-off", "b-unreadable", "c-baseline"]) mkdirSync(join(root, name));
  writeFileSync(join(root, "a-cut-off", "run.db"), "");
  writeFileSync(join(root, "b-unreadable", "summary.json"), '{"version": 1}');
  const [cutOff, unreadable, ...others] = listRuns(root);
  assert.deepEqual(cutOff, { runId: "a-cut-off", directory: join(root, "a-cut-off") });
  assert.match(unreadable?.problem ?? "", /summary\.json: it has version 1, this program reads version 3/);
  assert.deepEqual(others, []);
});

test("unreadable summaries are refused in one line", (context) => {
  const root = temporary(context);
  assert.throws(() => readSummary(root), oneLine(/there is no such file/));
  writeFileSync(join(root, "summary.json"), "{");
  assert.throws(() => readSummary(root), oneLine(/it is not JSON/));
  writeFileSync(join(root, "summary.json"), JSON.stringify({ ...exampleSummary(), seed: 5 }));
  assert.throws(() => readSummary(root), oneLine(/summary\.json: seed: /));
});

test("a summary of what failed without a reason is refused, with the name of the field", (context) => {
  const root = temporary(context);
  const example = exampleSummary();
  for (const [key, part] of Object.entries({
    "end.why": { end: { how: "aborted", why: null } },
    "load.why": { load: { generated: false, why: null } },
    "verdict.reasons": { verdict: { ...example.verdict, outcome: "inconclusive", passed: false, reasons: [] } },
    "outputs.0.problem": {
      outputs: [{ kind: "csv", to: "x.csv", unit: "samples", delivered: 1, dropped: 1, problem: null }],
    },
  })) {
    writeFileSync(join(root, "summary.json"), JSON.stringify({ ...example, ...part }));
    assert.throws(() => readSummary(root), oneLine(new RegExp(`summary\\.json: ${key}: the reason is missing$`)), key);
  }
});

test("the record of a run is read, missing before the run has begun, or refused in one line", (context) => {
  const root = temporary(context);
  assert.equal(readRunRecord(root), undefined);
  assert.ok(!isRun(root));
  const record: RunRecord = {
    ...{ version: 1, runId: "r", scenario: "s", seed: "1", workers: 1, scheduleMs: 1, originMs: 0 },
    ...{ startedAt: "2024-01-02T03:04:05.000Z", reproduce: "simulate", pid: 1 },
  };
  writeRunRecord(root, record, "name: s\n");
  assert.deepEqual(readRunRecord(root), record);
  assert.deepEqual([isRun(root), isFinished(root)], [true, false]);
  for (const [text, why] of [
    ["{", /run\.json: it is not JSON$/],
    [JSON.stringify({ ...record, version: 2 }), /run\.json: it has version 2, this program reads version 1$/],
    [JSON.stringify({ ...record, pid: "1" }), /run\.json: pid: /],
  ] as const) {
    writeFileSync(join(root, "run.json"), text);
    assert.throws(() => readRunRecord(root), oneLine(why));
  }
});

test("runs are listed in the order of their starts, independently of their names and ends", (context) => {
  const root = temporary(context);
  const at = (ms: number): string => new Date(Date.UTC(2026, 0, 2, 3, 4, 5, ms)).toISOString();
  const make = (runId: string): string => createRunDirectory(root, runId);
  const finish = (runId: string, startedAt: string): void =>
    writeRun(make(runId), {
      summary: { ...exampleSummary(), runId, startedAt },
      hlog: "",
      scenario: "",
      report: exampleReport(),
    });
  const start = (runId: string, startedAt: string): string => {
    const directory = make(runId);
    const record = { workers: 1, scheduleMs: 1, originMs: 0, reproduce: "", pid: 1, scenario: "x", seed: "1" };
    writeRunRecord(directory, { version: 1, runId, startedAt, ...record }, "");
    writeFileSync(join(directory, "run.db"), "");
    return directory;
  };
  finish("20260102T030405-c-1-00000000", at(3));
  finish("20260102T030405-a-1-ffffffff", at(700));
  start("20260102T030405-b-9-00000000", at(40));
  writeFileSync(join(start("20260102T030405-b-10-00000000", at(250)), "summary.json"), "{");
  writeFileSync(join(make("20260102T030406-a-1-00000000"), "run.db"), "");
  finish("of another program", at(2000));
  assert.deepEqual(
    listRuns(root).map(({ runId }) => runId),
    [
      "20260102T030405-c-1-00000000",
      "20260102T030405-b-9-00000000",
      "20260102T030405-b-10-00000000",
      "20260102T030405-a-1-ffffffff",
      "20260102T030406-a-1-00000000",
      "of another program",
    ],
  );
});

test("runs that start in the same second of the same process have different directories", () => {
  const now = new Date(0);
  const ids = Array.from({ length: 100 }, () => newRunId("steady", 1, now));
  assert.equal(new Set(ids).size, 100);
  for (const id of ids) assert.match(id, /^19700101T000000-steady-1-[0-9a-f]{8}$/);
});

test("an atomic write does not follow links at the path or at a predictable name", (context) => {
  const root = temporary(context);
  const victim = join(root, "victim");
  writeFileSync(victim, "untouched");
  symlinkSync(victim, join(root, "file"));
  symlinkSync(victim, join(root, `.file.${process.pid}.tmp`));
  writeAtomically(join(root, "file"), "new");
  assert.equal(readFileSync(victim, "utf8"), "untouched");
  assert.equal(readFileSync(join(root, "file"), "utf8"), "new");
  assert.deepEqual(readdirSync(root).sort(), [`.file.${process.pid}.tmp`, "file", "victim"]);
});

test("a report whose data has any wrong part is read, or refused in one line", (context) => {
  const root = temporary(context);
  const path = join(root, "report.json");
  const report = exampleReport();
  const places: (readonly (string | number)[])[] = [];
  const visit = (value: unknown, place: readonly (string | number)[]): void => {
    places.push(place);
    if (Array.isArray(value)) value.slice(0, 2).forEach((item, index) => visit(item, [...place, index]));
    else if (typeof value === "object" && value !== null)
      for (const [key, item] of Object.entries(value)) visit(item, [...place, key]);
  };
  visit(report, []);
  writeRun(root, { summary: exampleSummary(), hlog: "", scenario: "", report });
  for (const place of places) {
    for (const wrong of [null, "x", -0.5, [null], { x: 1 }, true]) {
      writeFileSync(path, JSON.stringify(replaced(report, place, wrong)));
      try {
        renderReportOf(root);
      } catch (error) {
        assert.ok(oneLine(/^cannot read \S+report\.json: /)(error), `${place.join(".")}: ${String(error)}`);
      }
    }
  }
});

/** `value` with `other` in this place. */
function replaced(value: unknown, [key, ...rest]: readonly (string | number)[], other: unknown): unknown {
  if (key === undefined) return other;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<
    string | number,
    unknown
  >;
  copy[key] = replaced(copy[key], rest, other);
  return copy;
}

test("a run directory is created once, and not below a file", (context) => {
  const root = temporary(context);
  createRunDirectory(root, "one");
  assert.throws(() => createRunDirectory(root, "one"), oneLine(/one: it already exists/));
  writeFileSync(join(root, "file"), "");
  assert.throws(
    () => createRunDirectory(join(root, "file", "results"), "two"),
    oneLine(/cannot create the results directory .*: a part of the path is not a directory/),
  );
});

test("an atomic write replaces the whole file, or leaves the old file when it fails", (context) => {
  const root = temporary(context);
  const path = join(root, "file");
  writeAtomically(path, "old");
  writeAtomically(path, new TextEncoder().encode("new"));
  assert.equal(readFileSync(path, "utf8"), "new");

  mkdirSync(join(root, "taken"));
  assert.throws(() => writeAtomically(join(root, "taken"), "data"), oneLine(/cannot write .*taken: it is a directory/));
  assert.deepEqual(readdirSync(root).sort(), ["file", "taken"]);
  assert.throws(() => writeAtomically(join(root, "missing", "file"), "data"), oneLine(/there is no such file/));
  assert.throws(() => writeAtomically(join(path, "file"), "data"), oneLine(/a part of the path is not a directory/));
  assert.ok(!existsSync(join(root, "missing")));
  assert.equal(readFileSync(path, "utf8"), "new");
});
