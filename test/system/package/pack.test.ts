/** The package as it is published: packed, installed elsewhere, run, and compiled against. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const home = mkdtempSync(join(tmpdir(), "crowdstorm-package-"));
after(() => rmSync(home, { recursive: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Of a shell in which npm does not run yet. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_(command|lifecycle|execpath)|^CROWDSTORM_COMMAND$/.test(name)),
);

function run(cwd: string, command: string, ...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });
}

let files: string[] = [];

before(async () => {
  const packed = await run(root, "npm", "pack", "--ignore-scripts", "--json", "--pack-destination", home);
  assert.equal(packed.code, 0, packed.stderr);
  const [archive] = JSON.parse(packed.stdout) as { filename: string; files: { path: string }[] }[];
  assert.ok(archive);
  files = archive.files.map(({ path }) => path);
  writeFileSync(join(home, "package.json"), JSON.stringify({ name: "elsewhere", private: true, type: "module" }));
  const installed = await run(
    home,
    "npm",
    "install",
    "--ignore-scripts",
    "--prefer-offline",
    "--no-audit",
    "--no-fund",
    join(home, archive.filename),
  );
  assert.equal(installed.code, 0, installed.stderr);
  // What the install would compile or download: it is the same package, already built here.
  cpSync(join(root, "node_modules/better-sqlite3/build"), join(home, "node_modules/better-sqlite3/build"), {
    recursive: true,
  });
});

test("it has what a user needs and nothing that only developers need", () => {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  assert.match(version, /^\d+\.\d+\.\d+/);
  for (const path of [
    "package.json",
    "README.md",
    "dist/bundle/index.js",
    "dist/bundle/LICENSES.txt",
    "dist/index.d.ts",
    "dist/explore.d.ts",
    "dist/cli/main.js",
    "scenarios/steady.yaml",
    "scenarios/scenario.schema.json",
    "schemas/summary.schema.json",
  ]) {
    assert.ok(files.includes(path), `${path} is missing`);
  }
  // The bundle has the modules of the program, but for those that `simulate bench control` copies.
  const modules = files.filter((path) => path.startsWith("dist/") && path.endsWith(".js"));
  assert.deepEqual(
    modules.filter((path) => !/^dist\/(bundle|.*\/page|platform\/sync|vocabulary)\/|^dist\/cli\/main\.js$/.test(path)),
    [],
  );
  const unwanted = files.filter((path) =>
    /^(?!dist\/|scenarios\/|schemas\/|docs\/|README\.md$|LICENSE$|package\.json$)|\.map$|\.test\.|tsbuildinfo|^docs\/api\//.test(
      path,
    ),
  );
  assert.deepEqual(unwanted, []);
});

test("npm pack builds what it packs, and builds it once", async () => {
  const copy = join(home, "sources");
  // With it, an install in a clone builds.
  mkdirSync(join(copy, "node_modules/typescript"), { recursive: true });
  for (const file of ["scripts/prepare.js", "README.md"]) cpSync(join(root, file), join(copy, file));
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };
  // The build takes a minute of CPU time, and all other tests use what it made: here it adds a line to a file.
  const build = "mkdir -p dist/bundle && echo built >> dist/bundle/index.js";
  const changed = { ...manifest, scripts: { ...manifest.scripts, build } };
  writeFileSync(join(copy, "package.json"), JSON.stringify(changed));
  const packed = await run(copy, "npm", "pack", "--json", "--pack-destination", copy);
  assert.equal(packed.code, 0, packed.stderr);
  // What the scripts print comes before the JSON.
  const [archive] = JSON.parse(packed.stdout.slice(packed.stdout.search(/^\[/m))) as { files: { path: string }[] }[];
  assert.ok(archive?.files.some(({ path }) => path === "dist/bundle/index.js"));
  assert.equal(readFileSync(join(copy, "dist/bundle/index.js"), "utf8"), "built\n");
});

test("it is built: no user needs what compiles it", () => {
  for (const name of ["typescript", "esbuild"]) assert.ok(!existsSync(join(home, "node_modules", name)), name);
});

test("its command runs a scenario of its own, and prints one that runs when it is pasted", async () => {
  const { code, stdout, stderr } = await run(
    home,
    "npx",
    "simulate",
    "--scenario",
    "steady",
    "--workers",
    "50",
    "--duration",
    "1s",
  );
  // 97, 99: the run was inconclusive, or a threshold failed, as may be on a busy machine.
  assert.ok(code === 0 || code === 97 || code === 99, `exit ${code}: ${stderr}`);
  const [, again = ""] = /^Same plan again {2}(npx simulate --scenario steady .*)$/m.exec(stdout) ?? [];
  const pasted = await run(home, "sh", "-c", again);
  assert.ok([0, 97, 99].includes(pasted.code), `${again}: exit ${pasted.code}: ${pasted.stderr}`);
});

test("optional packages are not installed with it, and what needs them says in one line where to install them", async () => {
  const { peerDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    peerDependencies: Record<string, string>;
  };
  const redis = await run(home, "npx", "simulate", "worker", "--redis", "redis://127.0.0.1:1");
  const otlp = await run(home, "npx", "simulate", "steady", "--virtual", "--out", "otlp=http://127.0.0.1:1");
  const named = [redis, otlp].flatMap(({ code, stderr }) => {
    const [, names = "", folder] = /^simulate: .+ needs \w+: run `npm install (.*)` in (.*)\n$/m.exec(stderr) ?? [];
    assert.equal(code, 1, stderr);
    assert.equal(folder, realpathSync(home), stderr);
    return names.split(" ");
  });
  // Each with the version of the peer dependency: the major one, and the minor one where that is 0.
  const expected = Object.entries(peerDependencies).map(([name, range]) => {
    const [version = range] = /^(0\.\d+|[1-9]\d*)/.exec(range.slice(1)) ?? [];
    return `${name}@${version}`;
  });
  assert.deepEqual(named.sort(), expected.sort());
});

test("a scenario written there refers to the schema and the document that were installed", async () => {
  assert.equal((await run(home, "npx", "simulate", "init", "mine.yaml")).code, 0);
  const text = readFileSync(join(home, "mine.yaml"), "utf8");
  const documents = text.match(/\S+\.md\b/g) ?? [];
  assert.deepEqual(documents, ["./node_modules/crowdstorm/docs/metrics.md"]);
  for (const document of documents) assert.ok(existsSync(join(home, document)), document);
  const [modeline = ""] = text.split("\n", 1);
  const [, path = ""] = /^# yaml-language-server: \$schema=(.*)$/.exec(modeline) ?? [];
  assert.equal(path, "./node_modules/crowdstorm/scenarios/scenario.schema.json");
  assert.ok(JSON.parse(readFileSync(join(home, path), "utf8")));
});

test("a program that uses it compiles strictly and runs", async () => {
  writeFileSync(
    join(home, "program.ts"),
    `
    import { defineScenario, runScenario, type Summary } from "crowdstorm";
    import { define, type Program } from "crowdstorm/explore";

    const nothing: Program = define({ name: "nothing", description: "nothing", threads: { one: () => null }, check: () => [] });
    const scenario = defineScenario({
      name: "few", description: "a few workers", incident: "none",
      arrivals: { stages: [{ duration: "1s", target: 20 }] },
      task: { blueprint: "chat", liveUpdateTimeout: "1s", submissionTimeout: "1s" },
      behaviours: { all: { weight: 1, actions: 2, thinkTime: { uniform: ["10ms", "20ms"] } } },
      drainTimeout: "5s",
    });
    const { summary }: { summary: Summary } = await runScenario(scenario, { engine: "virtual", results: "runs" });
    console.log(nothing.name, summary.verdict.passed, summary.plan.workers);
  `,
  );
  const compiled = await run(
    home,
    process.execPath,
    join(root, "node_modules/typescript/bin/tsc"),
    "--strict",
    "--exactOptionalPropertyTypes",
    "--module",
    "nodenext",
    "--target",
    "es2023",
    "--lib",
    "es2023,es2024.sharedmemory,esnext.disposable",
    "--types",
    "node",
    "program.ts",
  );
  assert.equal(compiled.code, 0, compiled.stdout);
  const { stdout, stderr } = await run(home, process.execPath, "program.js");
  assert.equal(stdout, "nothing true 10\n", stderr);
});
