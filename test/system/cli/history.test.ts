/** `simulate history`: many runs, their changes, and a page; `simulate runs --prune`. */
import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { RunHistory, Summary } from "../../../dist/results/index.js";
import { onlyEntry, simulate, temporaryDirectory } from "../../support/cli/simulate.js";

const DAY_MS = 86_400_000;
const FIRST_DAY = Date.UTC(2026, 0, 1);

/** How run `index` differs from the run that all are copies of. */
interface Changed {
  /** What all latencies are multiplied by. */
  readonly slower?: number;
  readonly verdict?: Partial<Summary["verdict"]>;
  readonly name?: string;
}

async function templateRun(t: TestContext): Promise<string> {
  const results = join(temporaryDirectory(t), "results");
  const { code, stderr } = await simulate("steady", "--workers", "10", "--virtual", "-q", "--results", results);
  assert.equal(code, 0, stderr);
  return join(results, onlyEntry(results));
}

/** A copy of the run, a day after that of `index - 1`, in `root`. */
function copyRun(template: string, root: string, index: number, { slower = 1, verdict, name }: Changed = {}): string {
  const summary = JSON.parse(readFileSync(join(template, "summary.json"), "utf8")) as Summary;
  const startedAt = new Date(FIRST_DAY + index * DAY_MS).toISOString();
  const part = Math.abs(index)
    .toString(16)
    .padStart(8, index < 0 ? "f" : "0");
  const runId = `${startedAt.replace(/[-:]|\..*/g, "")}-steady-${Math.abs(index)}-${part}`;
  // Some noise, the same in every run of the test.
  const factor = slower * (1 + 0.02 * Math.sin(index * index + 1));
  const trends = Object.fromEntries(
    Object.entries(summary.trends).map(([trend, figures]) => [
      trend,
      { ...figures, p50: figures.p50 && figures.p50 * factor, p99: figures.p99 && figures.p99 * factor },
    ]),
  );
  const directory = join(root, name ?? runId);
  cpSync(template, directory, { recursive: true });
  const git = { commit: part.repeat(5), branch: "main" };
  const changed = {
    ...summary,
    runId,
    startedAt,
    seed: String(index),
    trends,
    environment: { ...summary.environment, git },
    verdict: { ...summary.verdict, ...verdict },
  };
  writeFileSync(join(directory, "summary.json"), JSON.stringify(changed));
  writeFileSync(join(directory, "run.json"), JSON.stringify({ ...recordOf(template), runId, startedAt }));
  return directory;
}

const recordOf = (directory: string): object => JSON.parse(readFileSync(join(directory, "run.json"), "utf8")) as object;

const INCONCLUSIVE: Partial<Summary["verdict"]> = {
  outcome: "inconclusive",
  passed: false,
  exitCode: 97,
  reasons: [{ code: "machine-busy", text: "busy" }],
};

test("a change is shown with its commit; runs that prove nothing are shown and not used", async (t) => {
  const template = await templateRun(t);
  const root = temporaryDirectory(t);
  const [here, there] = [join(root, "here"), join(root, "there/artifact/results")];
  for (const folder of [here, there]) mkdirSync(folder, { recursive: true });
  for (let index = 0; index < 10; index++) copyRun(template, here, index);
  // As slow as this is only a machine that others use.
  const busy = copyRun(template, here, 10, { slower: 30, verdict: INCONCLUSIVE });
  for (let index = 11; index < 20; index++) copyRun(template, there, index, { slower: 1.4 });
  cpSync(busy, join(there, "again"), { recursive: true });
  const damaged = copyRun(template, there, 20);
  writeFileSync(join(damaged, "summary.json"), "{");

  const { code, stdout } = await simulate("history", here, join(root, "there"), "--json");
  assert.equal(code, 0);
  const { series, excluded } = JSON.parse(stdout) as RunHistory;
  assert.equal(series.length, 1);
  const [{ runs, figures } = { runs: [], figures: [] }] = series;
  assert.equal(runs.length, 20);
  assert.deepEqual(
    runs.filter(({ unused }) => unused !== null).map(({ unused }) => unused),
    ["inconclusive: busy"],
  );
  const latency = figures.find(({ name }) => name === "live_update_latency/p99");
  assert.deepEqual(
    latency?.changes.map(({ run, isWorse }) => ({ run, isWorse })),
    [{ run: 11, isWorse: true }],
  );
  assert.deepEqual(excluded.map(({ directory, why }) => [directory, why.replace(/^.*: /, "")]).sort(), [
    [damaged, "it is not JSON"],
    [join(there, "again"), `the same run as ${busy}`],
  ]);

  const page = readFileSync(join(here, "history.html"), "utf8");
  assert.doesNotMatch(page, /(?:src|href)="https?:/);
  for (const { directory } of runs) {
    const href = directory.startsWith(here)
      ? directory.slice(here.length + 1)
      : `../${directory.slice(root.length + 1)}`;
    assert.ok(page.includes(`<a href="${href}/report.html"`), href);
  }
  const text = await simulate("history", here, join(root, "there"), "--output", join(root, "page.html"));
  assert.equal(text.code, 0);
  assert.match(text.stdout, /^steady: 20 runs, 2026-01-01 to 2026-01-20\n/);
  assert.match(text.stdout, /▲ [\d.]+ ms → [\d.]+ ms \(\+\d+ %\) at 0000000b00, 2026-01-12, p = 0\.00\d\n/);
  assert.match(text.stdout, /1 of 20 runs not used to find changes/);
  assert.match(text.stdout, /Excluded: 2 runs\n/);
  assert.ok(existsSync(join(root, "page.html")));
});

test("runs that cannot be compared are series of their own, and say what differs", async (t) => {
  const template = await templateRun(t);
  const root = temporaryDirectory(t);
  copyRun(template, root, 0);
  const other = copyRun(template, root, 1);
  const summary = JSON.parse(readFileSync(join(other, "summary.json"), "utf8")) as Summary;
  writeFileSync(join(other, "summary.json"), JSON.stringify({ ...summary, plan: { ...summary.plan, workers: 99 } }));
  const { series } = JSON.parse((await simulate("history", root, "--json")).stdout) as RunHistory;
  assert.deepEqual(
    series.map(({ facts, runs }) => [facts, runs.length]),
    [
      [["number of workers: 99"], 1],
      [["number of workers: 10"], 1],
    ],
  );
  const text = (await simulate("history", root)).stdout;
  assert.match(text, /live update \(intended\), p50 +[\d.]+ ms\n/);
  assert.match(text, /live update \(intended\), p95 +[\d.]+ ms\n/);
  assert.doesNotMatch(text, /since the first/, "of one run there is no change");

  writeFileSync(join(other, "summary.json"), JSON.stringify({ ...summary, engine: "threads" }));
  const clocks = JSON.parse((await simulate("history", root, "--json")).stdout) as RunHistory;
  assert.deepEqual(
    clocks.series.map(({ facts }) => facts),
    [["clock: the machine's", "number of threads: 0"], ["clock: simulated"]],
    "a simulated run has no threads to count",
  );
});

test("a session of serve is listed with the reason, and is no series", async (t) => {
  const template = await templateRun(t);
  const root = temporaryDirectory(t);
  copyRun(template, root, 0);
  const sessions = join(root, "sessions");
  const served = await simulate("serve", "--port", "0", "--duration", "500ms", "--quiet", "--results", sessions);
  assert.ok([0, 97].includes(served.code ?? -1), served.stderr);
  const { series, excluded } = JSON.parse((await simulate("history", root, "--json")).stdout) as RunHistory;
  assert.deepEqual(
    series.map(({ runs }) => runs.length),
    [1],
  );
  assert.deepEqual(excluded, [
    {
      directory: join(sessions, onlyEntry(sessions)),
      why: "a session of `simulate serve`: people make its load",
    },
  ]);
  const alone = await simulate("history", sessions);
  assert.equal(alone.code, 2);
  assert.match(alone.stderr, /^simulate: there is no finished run in \S+; \S+: a session of `simulate serve`: /);
});

test("what is no directory, and one without runs, is refused in one line, with nothing written", async (t) => {
  const root = temporaryDirectory(t);
  for (const [args, message] of [
    [[join(root, "missing")], /^simulate: there is no directory \S+missing\n$/],
    [[root], /^simulate: there is no finished run in \S+\n$/],
    [[], /^simulate: /],
  ] as const) {
    const { code, stderr } = await simulate("history", ...args);
    assert.equal(code, 2);
    assert.match(stderr, message);
  }
  assert.deepEqual(readdirSync(root), []);
});

test("prune keeps the latest runs, and whatever is not an ordinary run", async (t) => {
  const template = await templateRun(t);
  const results = join(temporaryDirectory(t), "results");
  mkdirSync(results);
  const runs = Array.from({ length: 6 }, (_, index) => copyRun(template, results, index));
  const baseline = copyRun(template, results, 6, { name: "baseline" });
  renameSync(baseline, join(results, "my-baseline"));
  mkdirSync(join(results, "notes"));
  writeFileSync(join(results, "notes/run.txt"), "");
  symlinkSync(template, join(results, "20250101T000000-steady-1-0000ffff"));
  const copy = join(results, "20250101T000000-steady-1-0000eeee");
  cpSync(runs[0] ?? "", copy, { recursive: true });
  // Older than all others, without a summary: one whose process is there, and one whose process is not.
  const [going, dead] = [-1, -2].map((index) => copyRun(template, results, index));
  for (const [directory, pid] of [
    [going ?? "", process.pid],
    [dead ?? "", 2 ** 22 + 1],
  ] as const) {
    rmSync(join(directory, "summary.json"));
    writeFileSync(join(directory, "run.json"), JSON.stringify({ ...recordOf(directory), pid }));
  }
  const before = readdirSync(results);

  const dry = await simulate("runs", "--results", results, "--prune", "--keep", "2", "--dry-run");
  assert.equal(dry.code, 0);
  assert.match(dry.stdout, /^(would remove \S+\n){5}$/);
  assert.deepEqual(readdirSync(results), before);

  const { code, stdout, stderr } = await simulate("runs", "--results", results, "--prune", "--keep", "2");
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^(removed \S+\n){5}$/);
  assert.match(stderr, /^5 runs removed, \d+ runs kept in /);
  const left = readdirSync(results);
  assert.deepEqual(
    before.filter((name) => !left.includes(name)),
    [dead ?? "", ...runs.slice(0, 4)].map((directory) => directory.slice(results.length + 1)),
  );
  assert.ok(existsSync(join(template, "summary.json")));
});

test("options of prune are checked, and nothing is removed", async (t) => {
  const root = temporaryDirectory(t);
  for (const [args, message] of [
    [["--prune"], /^simulate: --prune requires --keep/],
    [["--keep", "1"], /^simulate: --keep requires --prune\n$/],
    [["--dry-run"], /^simulate: --dry-run requires --prune\n$/],
    [
      ["--prune", "--keep", "many"],
      /^simulate: invalid value "many" for --keep: expected a whole number, 0 or more\n$/,
    ],
    [["--prune", "--keep", "-1"], /^simulate: /],
  ] as const) {
    const { code, stderr } = await simulate("runs", "--results", root, ...args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
  }
});
