/** The number of modules that a command loads. Times would depend on the load of the machine. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { MAIN, simulate, temporaryDirectory } from "../../support/cli/simulate.js";

/** Packages that take long to load, and that help, lists and completion do not need. */
const HEAVY = ["better-sqlite3", "hdr-histogram-js", "log-update", "piscina", "prom-client", "simple-statistics"];

interface Loaded {
  readonly stdout: string;
  /** The modules of the program, relative to `dist/`. */
  readonly own: readonly string[];
  readonly packages: ReadonlySet<string>;
}

/** Runs `simulate` and lists the loaded modules: the coverage of V8 names every evaluated script. */
function loadedBy(t: TestContext, ...args: readonly string[]): Loaded {
  const directory = join(temporaryDirectory(t), "coverage");
  mkdirSync(directory);
  const { stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: "utf8",
    env: { ...process.env, NODE_V8_COVERAGE: directory },
  });
  const urls = readdirSync(directory).flatMap((file) =>
    (JSON.parse(readFileSync(join(directory, file), "utf8")) as { result: { url: string }[] }).result.map(
      ({ url }) => url,
    ),
  );
  const own = urls.flatMap((url) => (url.includes("node_modules") ? [] : (/\/dist\/(.*)/.exec(url)?.[1] ?? [])));
  assert.ok(own.includes("cli/main.js"), stderr);
  const packages = urls.flatMap((url) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
  return { stdout, own, packages: new Set(packages) };
}

function assertWithout(packages: ReadonlySet<string>, unwanted: readonly string[]): void {
  assert.deepEqual(
    unwanted.filter((name) => packages.has(name)),
    [],
  );
}

const QUICK: readonly (readonly [args: readonly string[], expected: RegExp])[] = [
  [["--help"], /simulate sweep/],
  [["--version"], /^\d+\.\d+/],
  [["list"], /^steady /m],
  [["list", "--json"], /"workers": 1000/],
  [["sweep", "--help"], /--seeds/],
  [["explore", "--help"], /--strategy/],
  [["completion", "bash"], /complete/],
  [["--get-yargs-completions", "simulate", "sw"], /^sweep/m],
  [["--get-yargs-completions", "simulate", "--scenario", "st"], /^steady$/m],
  [["--get-yargs-completions", "simulate", "sweep", "--se"], /^--seeds/m],
  [["--get-yargs-completions", "simulate", "bench", "--ro"], /^--rounds/m],
];
for (const [args, expected] of QUICK) {
  test(`simulate ${args.join(" ")} loads at most 45 modules, and neither yaml nor zod`, (t) => {
    const { stdout, own, packages } = loadedBy(t, ...args);
    assert.match(stdout, expected);
    assert.ok(own.length <= 45, `${own.length} modules: ${own.join(", ")}`);
    assertWithout(packages, [...HEAVY, "yaml", "zod"]);
  });
}

const CHECKS = [
  ["validate", "steady"],
  ["--scenario", "steady", "--threads", "1"],
  ["plan", "--scenario", "steady", "--workers", "3"],
];
for (const args of CHECKS) {
  test(`simulate ${args.join(" ")} loads no engine`, (t) => {
    const { own, packages } = loadedBy(t, ...args);
    assert.ok(own.length <= 80, `${own.length} modules: ${own.join(", ")}`);
    assertWithout(packages, HEAVY);
  });
}

test("a run prints its first line before it loads the engine", async (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, "file");
  writeFileSync(file, "");
  const run = ["--scenario", "steady", "--workers", "3", "--seed", "7", "--results", join(file, "results")];
  const { code, stderr } = await simulate(...run);
  assert.equal(code, 1);
  assert.match(stderr, /^steady: 3 workers in 10s, seed 7\nsimulate: cannot create the results directory .*\n$/);
  assert.match((await simulate(...run, "--quiet")).stderr, /^simulate: cannot create the results directory .*\n$/);
});

for (const limit of [20, 40]) {
  test(`with at most ${limit} open files the program ends with one line`, {
    skip: process.platform === "win32",
  }, () => {
    const { status, stderr } = spawnSync(
      "sh",
      ["-c", `ulimit -n ${limit}; exec "$@"`, "sh", process.execPath, MAIN, "-s", "steady"],
      {
        encoding: "utf8",
      },
    );
    assert.equal(status, 1, stderr);
    assert.match(stderr, /^simulate: .*too many open files.*\n$/);
  });
}
