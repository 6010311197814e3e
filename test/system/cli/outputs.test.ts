/** The files that a run, a report and a comparison write for CI tools; comparisons that are refused. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  constants,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Summary } from "../../../dist/results/index.js";
import { simulate, temporaryDirectory } from "../../support/cli/simulate.js";

/** A writing end of the pipe, once something reads from it. */
async function opened(pipe: string): Promise<number> {
  for (;;) {
    try {
      return openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENXIO") throw error;
      await delay(20);
    }
  }
}

const RUN = ["-s", "steady", "--workers", "20", "--virtual", "--quiet"];

test("a run writes its outcome for CI tools, and a report of it writes the same", async (t) => {
  const directory = temporaryDirectory(t);
  const results = join(directory, "results");
  const files = (prefix: string): string[] =>
    ["md", "xml", "json"].map((extension) => join(directory, `${prefix}.${extension}`));
  const asked = ([markdown = "", junit = "", json = ""]: string[]): string[] => [
    "--markdown",
    markdown,
    "--junit",
    junit,
    "--benchmark-json",
    json,
  ];
  const [first, second] = [files("run"), files("report")];
  assert.equal((await simulate(...RUN, "--results", results, ...asked(first))).code, 0);
  assert.equal((await simulate("report", "last", "--results", results, ...asked(second))).code, 0);
  const texts = (paths: readonly string[]): string[] => paths.map((path) => readFileSync(path, "utf8"));
  assert.deepEqual(texts(second), texts(first));
  const [markdown = "", junit = "", json = ""] = texts(first);
  assert.match(markdown, /^### ✓ steady: passed\n/);
  assert.match(junit, /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites tests="\d+" failures="0" errors="0"/);
  assert.ok((JSON.parse(json) as unknown[]).length > 0);
});

test("a file that cannot be written is reported before the run", async (t) => {
  const directory = temporaryDirectory(t);
  const { code, stderr } = await simulate(
    ...RUN,
    "--results",
    join(directory, "results"),
    "--junit",
    join(directory, "missing/run.xml"),
  );
  assert.equal(code, 2);
  assert.match(stderr, /^simulate: cannot write \S+missing\/run\.xml: there is no such file or directory\n$/);
  assert.deepEqual(readdirSync(directory), []);
});

test("a pipe for an outcome is left to its reader until there is one, and without a reader it is reported", async (t) => {
  const directory = temporaryDirectory(t);
  const pipe = join(directory, "pipe");
  execFileSync("mkfifo", [pipe]);
  const reader = spawn("cat", [pipe], { stdio: ["ignore", "pipe", "ignore"] });
  t.after(() => reader.kill());
  let text = "";
  reader.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const ended = once(reader, "close");
  const held = await opened(pipe);
  const run = [...RUN, "--results", join(directory, "results"), "--markdown", pipe];
  assert.equal((await simulate(...run)).code, 0);
  closeSync(held);
  await ended;
  assert.match(text, /^### ✓ steady: passed\n/);

  const { code, stderr } = await simulate(...run);
  assert.equal(code, 2);
  assert.equal(stderr, `simulate: cannot write ${pipe}: nothing reads from it\n`);
});

test("a run that does not start leaves no outcome, neither an empty nor an earlier one", async (t) => {
  const directory = temporaryDirectory(t);
  const [junit, markdown] = [join(directory, "run.xml"), join(directory, "run.md")];
  writeFileSync(markdown, "of an earlier run");
  writeFileSync(join(directory, "file"), "");
  const { code } = await simulate(
    ...RUN,
    "--results",
    join(directory, "file/results"),
    "--junit",
    junit,
    "--markdown",
    markdown,
  );
  assert.equal(code, 1);
  assert.deepEqual(readdirSync(directory), ["file"]);
});

test("one file for two outputs is wrong usage", async (t) => {
  const file = join(temporaryDirectory(t), "run");
  await refuses([...RUN, "--markdown", file, "--junit", `${file}/../run`], /--markdown and --junit are the same file/);
});

test("an output that is an input or another output, also through a link, is refused and not changed", async (t) => {
  const directory = temporaryDirectory(t);
  const at = (name: string): string => join(directory, name);
  const scenario = at("mine.yaml");
  copyFileSync(fileURLToPath(new URL("../../../scenarios/steady.yaml", import.meta.url)), scenario);
  const before = readFileSync(scenario, "utf8");
  const run = ["-s", scenario, "--workers", "5", "--virtual", "--quiet", "--results", at("results")];
  symlinkSync(scenario, at("link"));
  linkSync(scenario, at("hard"));
  symlinkSync(directory, at("folder"));
  symlinkSync("target.xml", at("dangling"));
  for (const output of [scenario, at("link"), at("hard"), join(at("folder"), "mine.yaml")])
    await refuses([...run, "--junit", output], /the scenario and --junit are the same file, /);
  await refuses(
    [...run, "--junit", at("dangling"), "--markdown", join(at("folder"), "target.xml")],
    /--markdown and --junit are the same file, /,
  );
  await refuses(["shrink", "-s", scenario, "--output", at("link")], /the scenario and --output are the same file, /);

  assert.equal((await simulate(...run)).code, 0);
  const [id = ""] = readdirSync(at("results"));
  const kept = (file: string): string => join(at("results"), id, file);
  const summary = readFileSync(kept("summary.json"), "utf8");
  const of = ["--results", at("results")];
  await refuses(["report", "last", ...of, "--junit", kept("summary.json")], /the run's summary\.json and --junit are/);
  await refuses(["report", "last", ...of, "--html", kept("run.db")], /the run's run\.db and --html are/);
  await refuses(["trace", "last", ...of, "--agent", "1", "--html", kept("trace.bin")], /trace\.bin and --html are/);
  await refuses(["compare", "last", "last", ...of, "--html", kept("report.json")], /report\.json and --html are/);
  assert.equal(readFileSync(kept("summary.json"), "utf8"), summary);
  assert.equal(readFileSync(scenario, "utf8"), before);
});

test("an output that is a link is written to its target, which need not exist", async (t) => {
  const directory = temporaryDirectory(t);
  const at = (name: string): string => join(directory, name);
  symlinkSync("target.xml", at("dangling"));
  writeFileSync(at("there.md"), "of an earlier run");
  symlinkSync(at("there.md"), at("live"));
  const asked = ["--results", at("results"), "--junit", at("dangling"), "--markdown", at("live")];
  assert.equal((await simulate(...RUN, ...asked)).code, 0);
  for (const link of ["dangling", "live"]) assert.ok(lstatSync(at(link)).isSymbolicLink(), link);
  assert.match(readFileSync(at("target.xml"), "utf8"), /^<\?xml/);
  assert.match(readFileSync(at("there.md"), "utf8"), /^### ✓ steady: passed/);

  symlinkSync("page.html", at("page"));
  assert.equal((await simulate("report", "last", "--results", at("results"), "--html", at("page"))).code, 0);
  assert.ok(lstatSync(at("page")).isSymbolicLink());
  assert.match(readFileSync(at("page.html"), "utf8"), /^<!doctype html>/i);

  symlinkSync("circle", at("circle"));
  await refuses([...RUN, "--junit", at("circle")], /cannot write \S+circle: its symbolic links form a loop/);
});

test("a directory in place of a run's file, or a damaged length, is reported in one line", async (t) => {
  const root = temporaryDirectory(t);
  await simulate(...RUN, "--results", root);
  const [id = ""] = readdirSync(root);
  const at = (file: string): string => join(root, id, file);
  const says = async (args: readonly string[], expected: RegExp): Promise<void> => {
    const { code, stderr } = await simulate(...args, "--results", root);
    assert.equal(code, 1, stderr);
    assert.match(stderr, expected);
    assert.match(stderr, /^simulate: [^\n]*\n$/);
  };
  const replaceByDirectory = (file: string): void => {
    rmSync(at(file));
    mkdirSync(at(file));
  };
  writeFileSync(at("report.json"), '{"version":1}');
  await says(["report", "last", "--html"], /cannot read \S+report\.json: runId: /);
  replaceByDirectory("report.json");
  await says(["report", "last", "--html"], /cannot read \S+report\.json: it is a directory/);
  const trace = readFileSync(at("trace.bin"));
  trace.writeUInt32LE(0x0fffffff, 9);
  writeFileSync(at("trace.bin"), trace);
  await says(["trace", "last"], /trace\.bin: it ends within its header/);
  replaceByDirectory("trace.bin");
  await says(["trace", "last"], /cannot read \S+trace\.bin: it is a directory/);
  await says(["replay", "last"], /cannot read \S+trace\.bin: it is a directory/);
});

const FIGURE = {
  name: "status/together",
  doc: "updates",
  unit: "/s",
  better: "greater",
  rounds: [1, 2, 3],
  floor: null,
  goal: null,
};
const MACHINE = { node: "v20.0.0", platform: "linux x64", cpu: "one", cores: 2, load: 0 };
const RESULT = {
  version: 1,
  kind: "crowdstorm-bench",
  startedAt: "2026-01-01T00:00:00.000Z",
  machine: MACHINE,
  figures: [FIGURE],
};

test("runs are compared with runs: ids, directories, and directories of several", async (t) => {
  const directory = temporaryDirectory(t);
  for (const [folder, seeds] of [
    ["before", ["1", "2", "3", "4", "5", "6"]],
    ["after", ["1", "2", "3", "4", "5", "6"]],
  ] as const) {
    for (const seed of seeds) await simulate(...RUN, "--seed", seed, "--results", join(directory, folder));
  }
  const [before, after] = [join(directory, "before"), join(directory, "after")];
  const several = await simulate("compare", before, after);
  assert.equal(several.code, 0, several.stderr);
  assert.match(several.stdout, /^6 runs before, 6 runs now\.\n\n.*live update \(intended\), p50 +1\.000x/s);
  assert.match(several.stdout, /\n0 slower, 0 faster, [1-9]\d* same, \d+ inconclusive\n/);
  const one = await simulate("compare", join(before, readdirSync(before)[0] ?? ""), "last", "--results", after);
  assert.equal(one.code, 0, one.stderr);
  assert.match(one.stdout, /^One run on each side cannot tell a change from noise/);
  assert.doesNotMatch(one.stdout, /slower|inconclusive/);

  // An inconclusive run is left out, unless it is the only one.
  const last = join(after, readdirSync(after).at(-1) ?? "", "summary.json");
  const summary = JSON.parse(readFileSync(last, "utf8")) as Summary;
  const reasons = [{ code: "machine-busy", text: "other programs kept the machine busy" }];
  const verdict = { outcome: "inconclusive", passed: false, exitCode: 97, thresholdsJudged: false, reasons };
  writeFileSync(last, JSON.stringify({ ...summary, verdict }));
  const taken = await simulate("compare", before, after);
  assert.match(
    taken.stderr,
    /^\S+after: excluded from the comparison: 1 of 6 runs:\n.*: inconclusive: other programs kept the machine busy\n$/,
  );
  assert.match(
    taken.stdout,
    /^6 runs before, 5 runs now: too few to tell .*, expected 6 or more on each side\.\nExcluded from the comparison: 1 run\.\n\n/,
  );
  const shown = await simulate("compare", join(before, readdirSync(before)[0] ?? ""), dirname(last));
  assert.match(shown.stdout, /^B {2}\? inconclusive \(exit 97\)/m);
  writeFileSync(last, JSON.stringify(summary));

  // A run without a summary, a run with a damaged summary, a run without its scenario.
  const [first = "", second = "", third = ""] = readdirSync(before);
  rmSync(join(before, first, "summary.json"));
  writeFileSync(join(before, second, "summary.json"), "{");
  rmSync(join(before, third, "scenario.yaml"));
  const rest = await simulate("compare", before, after);
  assert.equal(rest.code, 0, rest.stderr);
  const [head, ...names] = rest.stderr.trimEnd().split("\n");
  assert.equal(head, `${before}: excluded from the comparison: 3 of 6 runs:`);
  assert.deepEqual(
    names.map((line) => line.trim().split(": ")[0]),
    [first, second, third],
  );
  assert.match(names[0] ?? "", /has no summary: the run is still running, or did not finish$/);
  assert.match(names[1] ?? "", /summary\.json: it is not JSON$/);
  assert.match(names[2] ?? "", /scenario\.yaml: there is no such file or directory$/);
});

const refused: readonly (readonly [what: string, base: string | object, current: string | object, expected: RegExp])[] =
  [
    ["a missing file", RESULT, "", /there is no run "\S+now\.json"/],
    ["what is not JSON", RESULT, "{", /now\.json: invalid JSON: /],
    [
      "JSON of another kind",
      RESULT,
      { ...RESULT, kind: "other" },
      /now\.json: invalid result of simulate bench: kind: /,
    ],
    ["another version", { ...RESULT, version: 2 }, RESULT, /base\.json: invalid result of simulate bench: version: /],
    [
      "a figure without rounds",
      RESULT,
      { ...RESULT, figures: [{ ...FIGURE, rounds: [] }] },
      /now\.json: invalid result of simulate bench: figures\.0\.rounds: /,
    ],
    [
      "no metric in common",
      RESULT,
      { ...RESULT, figures: [{ ...FIGURE, name: "other" }] },
      /the two results have no metric in common/,
    ],
  ];

for (const [what, base, current, expected] of refused) {
  test(`comparing with ${what} is wrong usage`, async (t) => {
    const directory = temporaryDirectory(t);
    const [first, second] = [join(directory, "base.json"), join(directory, "now.json")];
    const put = (path: string, content: string | object): void => {
      if (content !== "") writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
    };
    put(first, base);
    put(second, current);
    await refuses(["compare", first, second], expected);
  });
}

test("an output that cannot be written is reported before the comparison; only two runs have a page", async (t) => {
  const directory = temporaryDirectory(t);
  const bench = join(directory, "bench.json");
  writeFileSync(bench, JSON.stringify(RESULT));
  await refuses(
    ["compare", bench, bench, "--junit", join(directory, "missing/j.xml")],
    /cannot write \S+missing\/j\.xml/,
  );
  await refuses(
    ["compare", bench, bench, "--html", join(directory, "page.html")],
    /--html requires one run on each side/,
  );
  await refuses(["compare", bench, bench, "--open"], /--open requires one run on each side/);
});

test("comparing a directory without runs, or a run with a benchmark, is wrong usage", async (t) => {
  const directory = temporaryDirectory(t);
  const bench = join(directory, "bench.json");
  writeFileSync(bench, JSON.stringify(RESULT));
  mkdirSync(join(directory, "empty"));
  await refuses(["compare", join(directory, "empty"), bench], /empty: there is no finished run in it/);
  await simulate(...RUN, "--results", join(directory, "runs"));
  await refuses(["compare", bench, join(directory, "runs")], /cannot compare a result of simulate bench with a run/);
  const run = join(directory, "runs", readdirSync(join(directory, "runs"))[0] ?? "");
  writeFileSync(join(run, "summary.json"), "{");
  await refuses(["compare", run, run], /summary\.json: it is not JSON/);
  // A run over a network has no database.
  mkdirSync(join(directory, "killed"));
  writeFileSync(join(directory, "killed/run.json"), "{}");
  await refuses(["compare", join(directory, "killed"), run], /killed has no summary: the run is still running, or did/);
});

test("measuring against an unknown commit is wrong usage", async () => {
  await refuses(
    ["bench", "status", "--against", "no-such-commit"],
    /cannot check out no-such-commit: .*no-such-commit/,
  );
});

async function refuses(args: readonly string[], expected: RegExp): Promise<void> {
  const { code, stdout, stderr } = await simulate(...args);
  assert.equal(code, 2, stderr);
  assert.equal(stdout, "");
  assert.match(stderr, expected);
  assert.match(stderr, /^simulate: [^\n]*\n$/, "one line");
}
