/** How the action and the container install the command: without development packages, from the sources. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Copy, DockerfileParser } from "dockerfile-ast";
import { validate } from "dockerfile-utils";
import { temporaryDirectory } from "../../support/cli/simulate.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../../", import.meta.url));
const dockerfile = readFileSync(join(root, "Dockerfile"), "utf8");
const ignored = readFileSync(join(root, ".dockerignore"), "utf8").split("\n");

/** As another user than the owner of the folder, nothing could be written there; and without one, the results are lost. */
const RUN_LINE = 'docker run --rm --init --user "$(id -u):$(id -g)" --volume "$PWD:/work" crowdstorm simulate steady';

/** The files that the Dockerfile copies from the sources. */
function copiedSources(): string[] {
  const copies = DockerfileParser.parse(dockerfile)
    .getInstructions()
    .filter((each) => each instanceof Copy);
  return copies
    .filter((copy) => copy.getFromFlag() === null)
    .flatMap((copy) => copy.getArguments().slice(0, -1))
    .map((argument) => argument.getValue());
}

test("the Dockerfile has no problem that its linter knows", () => {
  assert.deepEqual(validate(dockerfile), []);
  assert.notDeepEqual(validate(dockerfile.replace("ENTRYPOINT", "ENTRY")), [], "the linter finds errors");
});

test("the Dockerfile copies files that there are and that .dockerignore leaves in, and ends as another user than root", () => {
  const sources = copiedSources();
  assert.ok(sources.length > 5);
  for (const source of sources) {
    assert.ok(existsSync(join(root, source)), source);
    assert.ok(ignored.includes(`!${source.split("/")[0] ?? ""}`), `${source} is ignored`);
  }
  assert.equal(
    ignored.find((line) => !line.startsWith("#")),
    "*",
  );
  const users = dockerfile.split("\n").filter((line) => /^(FROM|USER) /.test(line));
  assert.equal(users.at(-1), "USER node");
});

test("the entry point of the container takes the arguments of simulate, with its name or without", async (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, "simulate"), '#!/bin/sh\nprintf "%s\\n" "$@"\n');
  chmodSync(join(directory, "simulate"), 0o755);
  const env = { ...process.env, PATH: `${directory}${delimiter}${process.env["PATH"] ?? ""}` };
  const printed = async (...args: string[]): Promise<string> =>
    (await run(join(root, "scripts/docker-entrypoint.sh"), args, { env })).stdout;
  assert.equal(await printed("simulate", "steady", "--seed", "2"), "steady\n--seed\n2\n");
  assert.equal(await printed("steady", "a b"), "steady\na b\n");
});

/** What scripts/optional-packages.js prints in a copy of the sources, in which these packages are installed. */
async function optionalPackages(t: TestContext, words: string, ...present: readonly string[]): Promise<string[]> {
  const directory = temporaryDirectory(t);
  for (const file of ["package.json", "package-lock.json", "scripts/optional-packages.js"])
    cpSync(join(root, file), join(directory, file));
  for (const name of present) mkdirSync(join(directory, "node_modules", name), { recursive: true });
  const { stdout } = await run(process.execPath, [join(directory, "scripts/optional-packages.js"), words]);
  return stdout.split("\n").filter((line) => line !== "");
}

test("optional packages have the versions of package-lock.json, and each is of a word", async (t) => {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, { version: string; peerDependencies?: Record<string, string> }>;
  };
  const versioned = (name: string): string => `${name}@${packages[`node_modules/${name}`]?.version ?? "none"}`;
  assert.deepEqual(await optionalPackages(t, "redis"), ["bullmq", "ioredis"].map(versioned));
  const all = Object.keys(packages[""]?.peerDependencies ?? {}).map(versioned);
  assert.deepEqual(await optionalPackages(t, "redis, otlp"), all);
  assert.deepEqual(
    await optionalPackages(t, "otlp"),
    all.filter((name) => name.startsWith("@opentelemetry/")),
  );
  assert.deepEqual(await optionalPackages(t, ""), []);
  assert.deepEqual(await optionalPackages(t, "redis redis", "ioredis"), [versioned("bullmq")], "one is installed");
});

test("an unknown word for optional packages is refused in one line, before anything is installed", async (t) => {
  const directory = temporaryDirectory(t);
  for (const source of ["package.json", "package-lock.json", "scripts"])
    cpSync(join(root, source), join(directory, source), { recursive: true });
  const env = { ...process.env, WITH: "otlp kafka" };
  await assert.rejects(run("bash", [join(directory, "scripts/install-program.sh")], { env }), {
    code: 2,
    stdout: "",
    stderr: 'invalid value "kafka" for WITH: expected words of redis, otlp\n',
  });
  assert.ok(!existsSync(join(directory, "node_modules")));
});

test("the image can be built with them", () => {
  assert.match(dockerfile, /^ARG WITH=""\n(#.*\n)*RUN bash scripts\/install-program\.sh$/m);
});

test("what is shown to run the image keeps the results, and lets its user write them", () => {
  const lines = ["Dockerfile", "README.md", "docs/getting-started.md"].flatMap((file) =>
    readFileSync(join(root, file), "utf8")
      .split("\n")
      .filter((line) => line.includes("docker run") && line.includes("steady"))
      .map((line) => line.replace(/^# +/, "")),
  );
  assert.equal(lines.length, 3);
  assert.deepEqual(new Set(lines), new Set([RUN_LINE]));
});

/**
 * A folder with what the Dockerfile copies, in which its commands have run. SQLite is not compiled: it is this clone's.
 */
async function installed(t: TestContext): Promise<string> {
  const directory = temporaryDirectory(t);
  for (const source of copiedSources()) cpSync(join(root, source), join(directory, source), { recursive: true });
  const env = { ...process.env, npm_config_ignore_scripts: "true", npm_config_prefer_offline: "true" };
  await run("bash", [join(directory, "scripts/install-program.sh")], { env, maxBuffer: 1 << 26 });
  cpSync(join(root, "node_modules/better-sqlite3/build"), join(directory, "node_modules/better-sqlite3/build"), {
    recursive: true,
  });
  return directory;
}

test("what is installed has no development packages, is complete, and is left as it is by another install", async (t) => {
  const directory = await installed(t);
  for (const name of ["typescript", "esbuild", "uplot", "eslint"])
    assert.ok(!existsSync(join(directory, "node_modules", name)), name);
  const results = temporaryDirectory(t);
  const args = [join(directory, "dist/cli/main.js"), "steady", "--workers", "5", "--virtual", "--results", results];
  const { stdout } = await run(process.execPath, args);
  assert.match(stdout, /^✓ PASSED {2}steady\n/);
  const again = await run("bash", [join(directory, "scripts/install-program.sh")]);
  assert.equal(again.stdout, "");
});

const hasEngine = await run("docker", ["info"]).then(
  () => true,
  () => false,
);
test("the image runs simulate", { skip: hasEngine ? false : "there is no Docker engine" }, async (t) => {
  const tag = `crowdstorm-test-${process.pid}`;
  await run("docker", ["build", "--tag", tag, root], { maxBuffer: 1 << 26 });
  t.after(() => run("docker", ["rmi", "--force", tag]));
  for (const name of [["simulate"], []]) {
    const args = [...name, "steady", "--workers", "5", "--virtual"];
    assert.match((await run("docker", ["run", "--rm", "--init", tag, ...args])).stdout, /^✓ PASSED {2}steady\n/);
  }
});
