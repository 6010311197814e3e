/** `--out`: every sample of a run in files and pipes, on every engine; files that cannot be written; a full disk. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { gunzipSync } from "node:zlib";
import type { Summary } from "../../../dist/results/index.js";
import { serveTask } from "../../support/network/task-server.js";
import { onlySummary, simulate, temporaryDirectory, type Ended } from "../../support/cli/simulate.js";

const SMALL = ["-s", "steady", "--workers", "20", "--duration", "1s"];

interface Sample {
  readonly timestamp: number;
  readonly start_ms: number;
  readonly metric: string;
  readonly value: number;
  readonly worker?: number;
  readonly agent?: string;
  readonly behaviour?: string;
  readonly thread: string;
  readonly phase?: readonly string[];
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

const samplesOf = (text: string): Sample[] =>
  text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Sample);

/** 97 and 99 are of a busy machine. */
function ran({ code, stderr }: Ended): void {
  assert.ok([0, 97, 99].includes(code ?? -1), `exit ${code}: ${stderr}`);
}

/**
 * Each trend of the summary has as many samples as there are lines, from its least to its greatest value; counters and
 * rates are the sums of theirs.
 */
function agrees(samples: readonly Sample[], { trends, counters, rates }: Summary): void {
  const valuesOf = (name: string): number[] =>
    samples.filter(({ metric }) => metric === name).map(({ value }) => value);
  for (const [name, count] of Object.entries(counters)) assert.equal(sumOf(valuesOf(name)), count, name);
  for (const [name, { passes, total }] of Object.entries(rates))
    assert.deepEqual([sumOf(valuesOf(name)), valuesOf(name).length], [passes, total], name);
  for (const [name, { count, min, max }] of Object.entries(trends)) {
    const values = valuesOf(name);
    assert.equal(values.length, count, name);
    if (count === 0) continue;
    assert.ok(Math.abs(Math.min(...values) - (min ?? NaN)) < 1e-5, `${name}: least`);
    assert.ok(Math.abs(Math.max(...values) - (max ?? NaN)) < 1e-5, `${name}: greatest`);
  }
}

for (const [engine, options] of [
  ["simulated time", ["--virtual"]],
  ["real threads", ["--threads", "2"]],
] as const) {
  test(`of a run on ${engine}, every sample is written, compressed by its name, and to several files`, async (t) => {
    const directory = temporaryDirectory(t);
    const results = join(directory, "results");
    const [csv, ndjson] = [join(directory, "samples.csv"), join(directory, "samples.ndjson.gz")];
    const ended = await simulate(
      ...SMALL,
      ...options,
      "--results",
      results,
      "--out",
      `csv=${csv}`,
      "--out",
      `ndjson=${ndjson}`,
    );
    ran(ended);
    const summary = onlySummary(results);
    const samples = samplesOf(gunzipSync(readFileSync(ndjson)).toString());
    agrees(samples, summary);
    assert.equal(readFileSync(csv, "utf8").split("\n").length, samples.length + 2);
    assert.deepEqual(summary.outputs, [
      { kind: "csv", to: csv, unit: "samples", delivered: samples.length, dropped: 0, problem: null },
      { kind: "ndjson", to: ndjson, unit: "samples", delivered: samples.length, dropped: 0, problem: null },
    ]);
    assert.match(ended.stdout, /\nOutputs\n {2}✓ --out csv=\S+: [\d,]+ samples\n/);
    const ofAgents = ["live_update_latency", "live_updates_sent", "live_updates_taken", "task_completion"];
    for (const { metric, worker, agent, behaviour, timestamp, start_ms } of samples) {
      assert.ok(Math.abs(timestamp - Date.parse(summary.startedAt) - start_ms) < 0.01);
      if (!ofAgents.includes(metric)) continue;
      assert.ok(worker !== undefined && worker < 20 && agent !== undefined && behaviour !== undefined, metric);
    }
    for (const name of ["schedule_slip", "workers_started", "agents_registered"])
      assert.equal(new Set(samples.filter(({ metric }) => metric === name).map(({ worker }) => worker)).size, 20, name);
  });
}

type Figures = Pick<NonNullable<Summary["tagged"]>["behaviours"][number], "trends" | "counters" | "rates">;

/** The samples that have a tag give the figures of the summary with this tag. */
function givesFigures(samples: readonly Sample[], tag: string, { trends, counters, rates }: Figures): void {
  const byMetric = new Map<string, number[]>();
  for (const { metric, value } of samples) byMetric.set(metric, [...(byMetric.get(metric) ?? []), value]);
  const valuesOf = (name: string): number[] => byMetric.get(name) ?? [];
  for (const [name, { count }] of Object.entries(trends)) assert.equal(valuesOf(name).length, count, `${name}{${tag}}`);
  for (const [name, count] of Object.entries(counters)) assert.equal(sumOf(valuesOf(name)), count, `${name}{${tag}}`);
  for (const [name, { passes, total }] of Object.entries(rates))
    assert.deepEqual([sumOf(valuesOf(name)), valuesOf(name).length], [passes, total], `${name}{${tag}}`);
}

const STORMS: readonly (readonly [scenario: string, ...options: string[]])[] = [
  ["disconnect-storm", "--virtual", "--faults"],
  ["disconnect-storm", "--threads", "2", "--duration", "3s"],
  ["partner-disconnect", "--virtual", "--seed", "7"],
  ["return-wave", "--threads", "2", "--duration", "3s"],
];

for (const [scenario, ...options] of STORMS) {
  test(`the samples of each phase and behaviour give the summary's figures: ${scenario} ${options.join(" ")}`, async (t) => {
    const directory = temporaryDirectory(t);
    const [results, file] = [join(directory, "results"), join(directory, "samples.ndjson")];
    ran(await simulate(scenario, "--workers", "40", ...options, "--results", results, "--out", `ndjson=${file}`));
    const summary = onlySummary(results);
    const samples = samplesOf(readFileSync(file, "utf8"));
    agrees(samples, summary);
    assert.ok(summary.tagged !== undefined);
    for (const { phase, span, ...figures } of summary.tagged.phases) {
      const tag = `${phase}:${span}`;
      const isIn = ({ phase: phases }: Sample): boolean => phases?.includes(tag) ?? false;
      givesFigures(samples.filter(isIn), tag, figures);
    }
    for (const { behaviour, ...figures } of summary.tagged.behaviours)
      givesFigures(
        samples.filter((sample) => sample.behaviour === behaviour),
        behaviour,
        figures,
      );
  });
}

test("of a run over a network, the samples of the clients are written", async (t) => {
  const directory = temporaryDirectory(t);
  const server = await serveTask({});
  t.after(() => server.close());
  const [results, file] = [join(directory, "results"), join(directory, "samples.ndjson")];
  ran(await simulate(...SMALL, "--target", server.url, "--results", results, "--out", `ndjson=${file}`));
  const samples = samplesOf(readFileSync(file, "utf8"));
  agrees(samples, onlySummary(results));
  for (const name of ["live_update_round_trip", "live_updates_sent"]) {
    const ofMetric = samples.filter(({ metric }) => metric === name);
    assert.ok(
      ofMetric.length > 0 && ofMetric.every(({ worker, agent }) => worker !== undefined && agent !== undefined),
    );
  }
});

test("of a virtual run, the samples are the same for a seed, but for the calendar", async (t) => {
  const directory = temporaryDirectory(t);
  const files = ["a", "b"].map((name) => join(directory, name));
  for (const file of files)
    ran(
      await simulate(...SMALL, "--virtual", "--quiet", "--results", join(directory, "results"), "--out", `csv=${file}`),
    );
  const [a, b] = files.map((file) => readFileSync(file, "utf8").replaceAll(/^[\d.]+,/gm, ""));
  assert.equal(a, b);
});

test("an existing file is overwritten, and without the option there is none", async (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, "samples.csv");
  writeFileSync(file, "of an earlier run");
  ran(await simulate(...SMALL, "--virtual", "--results", join(directory, "a"), "--out", `csv=${file}`));
  assert.match(readFileSync(file, "utf8"), /^timestamp,/);
  const { stdout } = await simulate(...SMALL, "--virtual", "--results", join(directory, "b"));
  assert.doesNotMatch(stdout, /Outputs/);
  assert.equal(onlySummary(join(directory, "b")).outputs, undefined);
});

const refused: readonly (readonly [what: string, args: readonly string[], message: RegExp])[] = [
  [
    "an unknown kind",
    ["--out", "csw=x"],
    /^simulate: invalid value "csw=x" for --out: expected csv=FILE.*did you mean "?csv/,
  ],
  [
    "a kind without a file",
    ["--out", "csv"],
    /^simulate: invalid value "csv" for --out: expected csv=FILE, but the FILE is missing\n$/,
  ],
  [
    "a collector without its URL",
    ["--out", "otlp="],
    /^simulate: invalid value "otlp=" for --out: expected otlp=URL, but the URL is missing\n$/,
  ],
  [
    "standard output, which has the summary",
    ["--out", "csv=-"],
    /^simulate: invalid value "csv=-" for --out: expected csv=FILE; for standard output, csv=\/dev\/stdout with --quiet\n$/,
  ],
  ["no value", ["--out", ""], /^simulate: .*--out/],
  [
    "a folder that does not exist",
    ["--out", "csv=missing/x.csv"],
    /^simulate: cannot write missing\/x\.csv: there is no such file/,
  ],
  ["a directory", ["--out", "csv=/tmp"], /^simulate: cannot write \/tmp: it is a directory\n$/],
  [
    "one file twice",
    ["--out", "csv=same", "--out", "ndjson=./same"],
    /^simulate: --out csv and --out ndjson are the same file/,
  ],
  ["the file of another output", ["--out", "csv=same", "--junit", "same"], /are the same file/],
  [
    "other machines",
    ["--out", "csv=x", "--target", "http://127.0.0.1:1", "--redis", "redis://127.0.0.1:1"],
    /^simulate: --out csv cannot be combined with --redis/,
  ],
];

for (const [what, args, message] of refused) {
  test(`${what} is refused before the run, with nothing written`, async (t) => {
    const directory = temporaryDirectory(t);
    const { code, stderr, stdout } = await simulate(...SMALL, "--results", join(directory, "results"), ...args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
    assert.equal(stderr.trimEnd().split("\n").length, 1);
    assert.equal(stdout, "");
    assert.deepEqual(readdirSync(directory), []);
    for (const file of ["x", "same"]) assert.ok(!existsSync(file));
  });
}

/** A pipe with a name, which nothing reads from yet. */
function makePipe(t: TestContext): string {
  const pipe = join(temporaryDirectory(t), "pipe");
  execFileSync("mkfifo", [pipe]);
  return pipe;
}

/** What another process reads from a pipe until its writers are gone. */
function readInOtherProcess(t: TestContext, pipe: string): Promise<string> {
  const reader = spawn("cat", [pipe], { stdio: ["ignore", "pipe", "ignore"] });
  t.after(() => reader.kill());
  let text = "";
  reader.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  return once(reader, "close").then(() => text);
}

test("a pipe gets every sample, and its reader waits for the first", async (t) => {
  const [pipe, results] = [makePipe(t), join(temporaryDirectory(t), "results")];
  const read = readInOtherProcess(t, pipe);
  ran(await simulate(...SMALL, "--virtual", "--results", results, "--out", `ndjson=${pipe}`));
  const summary = onlySummary(results);
  const samples = samplesOf(await read);
  agrees(samples, summary);
  assert.deepEqual(
    summary.outputs?.map(({ delivered, problem }) => ({ delivered, problem })),
    [{ delivered: samples.length, problem: null }],
  );
});

test("a pipe that nothing reads from does not hold the run up: it is reported, and the exit code says it", async (t) => {
  const [pipe, results] = [makePipe(t), join(temporaryDirectory(t), "results")];
  const { code, stdout } = await simulate(...SMALL, "--virtual", "--results", results, "--out", `csv=${pipe}`);
  assert.equal(code, 1);
  assert.match(stdout, /✗ --out csv=\S+: 0 samples, [\d,]+ missing: nothing reads from it/);
});

test("a full disk does not end the run: it is reported, and the exit code says it", async (t) => {
  const results = temporaryDirectory(t);
  const { code, stdout } = await simulate(...SMALL, "--virtual", "--results", results, "--out", "csv=/dev/full");
  const { verdict, outputs } = onlySummary(results);
  assert.equal(verdict.outcome, "passed");
  assert.equal(code, 1);
  assert.deepEqual(
    outputs?.map(({ delivered, problem }) => ({ delivered, problem })),
    [{ delivered: 0, problem: "the disk is full" }],
  );
  assert.match(stdout, /✗ --out csv=\/dev\/full: 0 samples, [\d,]+ missing: the disk is full/);
});

test("a quiet run warns about what is missing", async (t) => {
  const results = temporaryDirectory(t);
  const { code, stderr } = await simulate(...SMALL, "--virtual", "-q", "--results", results, "--out", "csv=/dev/full");
  assert.equal(code, 1);
  assert.match(stderr, /^warning: --out csv=\/dev\/full: 0 samples, [\d,]+ missing: the disk is full\n$/m);
});

test("of a run that cannot begin, there is no file", async (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, "samples.csv");
  writeFileSync(join(directory, "file"), "");
  const { code } = await simulate(...SMALL, "--results", join(directory, "file/results"), "--out", `csv=${file}`);
  assert.equal(code, 1);
  assert.deepEqual(readdirSync(directory), ["file"]);
});
