/** What a command and the threads of a run load. Times would depend on the load of the machine. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import { MAIN, simulate, temporaryDirectory } from "../../support/cli/simulate.js";

const DIST = dirname(dirname(MAIN));
const PACKAGE = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/;

/** Packages that take long to load, and that help, lists and completion do not need. */
const HEAVY = ["better-sqlite3", "hdr-histogram-js", "log-update", "piscina", "prom-client", "simple-statistics"];

/** Packages of options that a plain run does not have: `--out otlp`, `--redis`, `--metrics-port`, `--target`. */
const OF_OPTIONS = /^(@opentelemetry\/.+|bullmq|ioredis|prom-client|undici|ws)$/;

/** What a thread has loaded. */
interface Loaded {
  /** The files of the program, relative to `dist/`. */
  readonly own: readonly string[];
  /** The packages that it has loaded from `node_modules` or that are in the files of the program. */
  readonly packages: ReadonlySet<string>;
}

/** Runs `simulate` and lists what each thread has loaded: the coverage of V8 names every evaluated script. */
function threadsOf(
  t: TestContext,
  ...args: readonly string[]
): { readonly stdout: string; readonly threads: Loaded[] } {
  const directory = join(temporaryDirectory(t), "coverage");
  mkdirSync(directory);
  const { stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: "utf8",
    env: { ...process.env, NODE_V8_COVERAGE: directory },
  });
  const threads = readdirSync(directory).map((file): Loaded => {
    const { result } = JSON.parse(readFileSync(join(directory, file), "utf8")) as { result: { url: string }[] };
    const urls = result.map(({ url }) => url).filter((url) => url.startsWith("file:"));
    const own = urls.flatMap((url) => (url.includes("node_modules") ? [] : (/\/dist\/(.*)/.exec(url)?.[1] ?? [])));
    const bundled = own.flatMap(
      (path) => readFileSync(join(DIST, path), "utf8").match(/^\s*\/\/ node_modules\/.*/gm) ?? [],
    );
    return { own, packages: new Set([...urls, ...bundled].flatMap((path) => PACKAGE.exec(path)?.[1] ?? [])) };
  });
  assert.ok(threads.length > 0, stderr);
  return { stdout, threads };
}

/** Runs a command without threads of its own. */
function loadedBy(t: TestContext, ...args: readonly string[]): Loaded & { readonly stdout: string } {
  const { stdout, threads } = threadsOf(t, ...args);
  const [loaded] = threads;
  assert.equal(threads.length, 1);
  assert.ok(loaded);
  assert.ok(loaded.own.includes("cli/main.js"));
  return { stdout, ...loaded };
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
  test(`simulate ${args.join(" ")} loads at most 40 files, and neither yaml nor zod`, (t) => {
    const { stdout, own, packages } = loadedBy(t, ...args);
    assert.match(stdout, expected);
    assert.ok(own.length <= 40, `${own.length} files: ${own.join(", ")}`);
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
    assert.ok(own.length <= 75, `${own.length} files: ${own.join(", ")}`);
    assertWithout(packages, HEAVY);
  });
}

test("each thread of a run loads a file of its own, SQLite and Piscina, and none loads what is of options", (t) => {
  const { threads } = threadsOf(
    t,
    ...["--scenario", "steady", "--workers", "1", "--duration", "100ms", "--threads", "2", "--quiet"],
    ...["--results", temporaryDirectory(t)],
  );
  const [main, ...others] = threads.sort((one, other) => other.own.length - one.own.length);
  assert.ok(main !== undefined);
  assert.ok(main.own.length <= 140, `${main.own.length} files: ${main.own.join(", ")}`);
  for (const { packages } of threads)
    assert.deepEqual(
      [...packages].filter((name) => OF_OPTIONS.test(name)),
      [],
    );
  const kinds = ["client", "floor", "io", "task", "writer"].map((kind) => [`bundle/${kind}-thread.js`]);
  assert.deepEqual(others.map(({ own }) => own).sort(), kinds);
  const known = ["better-sqlite3", "bindings", "file-uri-to-path", "piscina", "seedrandom"];
  for (const { packages } of others)
    assert.deepEqual(
      [...packages].filter((name) => !known.includes(name)),
      [],
    );
});

test("a run prints its first line before it loads the engine", async (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, "file");
  writeFileSync(file, "");
  const run = ["--scenario", "steady", "--seed", "7", "--results", join(file, "results")];
  const { code, stderr } = await simulate(...run);
  assert.equal(code, 1);
  assert.match(stderr, /^steady: 1,000 workers in 10s, seed 7\nsimulate: cannot create the results directory .*\n$/);
  assert.match((await simulate(...run, "--quiet")).stderr, /^simulate: cannot create the results directory .*\n$/);
});

for (const limit of [20, 40]) {
  test(`with at most ${limit} open files the program says so in one line`, {
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
    assert.match(stderr, /^(steady: .*\n)?simulate: .*too many open files.*\n$/);
  });
}
