/** `simulate init --mephisto`: the folder is started as Mephisto's local architect starts it. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { MAIN, simulate, temporaryDirectory } from "../../support/cli/simulate.js";
import { summaryIn } from "../../support/backend/listen-run.js";
import { ScriptedBackend } from "../../support/backend/scripted-backend.js";

/** What build_router.py and local_architect.py do with the folder, and how they start it. */
function startAsArchitect(folder: string, copy: string, environment: Record<string, string>) {
  cpSync(folder, copy, { recursive: true });
  writeFileSync(join(copy, "static", "wrap_crowd_source.js"), "");
  writeFileSync(join(copy, "static", "task_config.json"), '{"mephisto_task_version":"2.0.4"}');
  const child = spawn(process.execPath, ["server.js"], {
    cwd: copy,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  const listening = new Promise<string>((resolve, reject) => {
    child.stderr.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const [, url] = /router: (http:\S+:\d+)/.exec(text) ?? [];
      if (url !== undefined) resolve(url);
    });
    child.once("exit", () => reject(new Error(text)));
  });
  return { child, listening };
}

test("the folder's server.js is a router, and writes results outside of its copy", async (t) => {
  const root = temporaryDirectory(t);
  const folder = join(root, "my röuter");
  const written = await simulate("init", "--mephisto", folder);
  assert.equal(written.code, 0, written.stderr);
  assert.deepEqual(readdirSync(folder).sort(), [
    "crowdstorm.json",
    "package.json",
    "scenario.yaml",
    "server.js",
    "static",
  ]);
  const { program } = JSON.parse(readFileSync(join(folder, "crowdstorm.json"), "utf8")) as { program: string };
  assert.equal(program, MAIN);
  const validated = await simulate("validate", join(folder, "scenario.yaml"));
  assert.equal(validated.code, 0, validated.stderr);

  const copy = join(root, "a cöpy");
  const { child, listening } = startAsArchitect(folder, copy, {
    PORT: "0",
    CROWDSTORM_WORKERS: "6",
    CROWDSTORM_DURATION: "500ms",
  });
  const backend = new ScriptedBackend(await listening);
  t.after(() => backend.end());
  const ended = once(child, "exit");
  const url = await listening;
  const config = (await (await fetch(`${url}/task_config.json`)).json()) as Record<string, unknown>;
  assert.equal(config["mephisto_task_version"], "2.0.4");
  await ended;
  const summary = summaryIn(join(folder, "results"));
  assert.equal(summary?.target?.mode, "router");
  assert.equal(summary.counters["workers_finished"], 6);
  // The copy is removed; the folder stays.
  assert.equal(
    summary.reproduce,
    `CROWDSTORM_WORKERS=6 CROWDSTORM_DURATION=500ms python run_task.py mephisto.architect.server_source_path='${folder}'`,
  );
  rmSync(copy, { recursive: true });
});

test("a program that has moved is one line", async (t) => {
  const root = temporaryDirectory(t);
  await simulate("init", "--mephisto", join(root, "router"));
  const { listening } = startAsArchitect(join(root, "router"), join(root, "copy"), {
    CROWDSTORM_PROGRAM: "/nowhere/main.js",
  });
  await assert.rejects(listening, /^Error: crowdstorm is not at \/nowhere\/main\.js: set CROWDSTORM_PROGRAM [^\n]+\n$/);
});

test("a folder that is not where its crowdstorm.json has it is one line", async (t) => {
  const root = temporaryDirectory(t);
  await simulate("init", "--mephisto", join(root, "router"));
  renameSync(join(root, "router"), join(root, "moved"));
  const { listening } = startAsArchitect(join(root, "moved"), join(root, "copy"), {});
  await assert.rejects(listening, /^Error: there is no folder \S+router: set "folder" in crowdstorm\.json [^\n]+\n$/);
});

test("a folder that is not empty is left as it is", async (t) => {
  const root = temporaryDirectory(t);
  writeFileSync(join(root, "mine"), "");
  const { code, stderr } = await simulate("init", "--mephisto", root);
  assert.equal(code, 2);
  assert.match(stderr, /is not empty; it is left as it is/);
  assert.ok(!existsSync(join(root, "server.js")));
});
