/** The commands that the program prints begin as it was started, so that they work when they are pasted. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { delimiter, join, relative } from "node:path";
import { test } from "node:test";
import { nameAsStarted } from "../../../dist/cli/shared/name-as-started.js";
import { MAIN, temporaryDirectory } from "../../support/cli/simulate.js";

for (const [what, start, expected] of [
  ["npx", { environment: { npm_command: "exec" }, file: "/p/node_modules/.bin/simulate" }, "npx simulate"],
  [
    "a script of a package",
    { environment: { npm_lifecycle_event: "load" }, file: "/usr/bin/simulate" },
    "npx simulate",
  ],
  ["the link of an installed package", { environment: {}, file: "/p/node_modules/.bin/simulate" }, "npx simulate"],
  ["a global command", { environment: { PATH: `/bin${delimiter}/usr/bin` }, file: "/usr/bin/simulate" }, "simulate"],
  ["a command beside PATH", { environment: { PATH: "/bin" }, file: "/my tools/simulate" }, "'/my tools/simulate'"],
] as const)
  test(`started by ${what}, commands begin with ${expected}`, () => {
    assert.equal(nameAsStarted({ ...start, directory: "/p" }), expected);
  });

test("started by node, commands begin with node and the path", () => {
  const start = { environment: {}, file: MAIN };
  assert.equal(nameAsStarted({ ...start, directory: join(MAIN, "../../..") }), "node dist/cli/main.js");
  assert.equal(nameAsStarted({ ...start, directory: "/" }), `node ${relative("/", MAIN)}`);
  assert.equal(nameAsStarted({ ...start, directory: "/nowhere" }), `node ${MAIN}`);
});

/** The environment of a shell in which nothing of npm runs. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_|^CROWDSTORM_COMMAND$/.test(name)),
);

test("the commands of the summary, of hints and of help run when they are pasted", (t) => {
  const cwd = temporaryDirectory(t);
  const bin = join(cwd, "bin");
  mkdirSync(bin);
  chmodSync(MAIN, 0o755);
  symlinkSync(MAIN, join(bin, "simulate"));
  const path = `${bin}${delimiter}${process.env["PATH"] ?? ""}`;
  const shell = (script: string) =>
    spawnSync("bash", ["-c", script], { cwd, encoding: "utf8", env: { ...environment, PATH: path } });
  for (const name of ["simulate", `node ${MAIN}`]) {
    const first = shell(`${name} steady --workers 5 --virtual --results "my runs"`);
    assert.equal(first.status, 0, first.stderr);
    const [, again = ""] = /^Same plan again {2}(.*)$/m.exec(first.stdout) ?? [];
    assert.ok(again.startsWith(`${name} --scenario steady `), again);
    assert.equal(shell(again).status, 0, again);
    const usage = shell(`${name} steady --sed 2`);
    const [, help = ""] = /\(see (.*)\)\n$/.exec(usage.stderr) ?? [];
    assert.match(shell(help).stdout, /--seed/, usage.stderr);
    const missing = shell(`${name} report nothing`);
    const [, runs = ""] = /`(.*)` lists the runs/.exec(missing.stderr) ?? [];
    assert.ok(runs.startsWith(`${name} `), missing.stderr);
    assert.match(shell(`${runs} --results "my runs"`).stdout, /steady/, missing.stderr);
  }
});
