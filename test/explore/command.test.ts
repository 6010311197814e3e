/** `simulate explore` as a command: exit codes, what it prints and what it writes. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const directory = mkdtempSync(join(tmpdir(), "crowdstorm-explore-"));
after(() => rmSync(directory, { recursive: true, force: true }));
const command = fileURLToPath(new URL("./programs/command.js", import.meta.url));

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function simulate(...args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [command, ...args], { cwd: directory }, (error, out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err });
    });
  });
}

test("lists the programs", async () => {
  const { code, out } = await simulate("explore", "--json");
  assert.equal(code, 0);
  const names = (JSON.parse(out) as { name: string }[]).map(({ name }) => name);
  assert.ok(names.includes("producer-consumer") && names.includes("everything"), names.join());
});

test("no violation: exit code 0", async () => {
  const { code, out } = await simulate("explore", "shutdown-waiter");
  assert.equal(code, 0);
  assert.match(out, /no violation; every trace explored/);
});

test("a violation: exit code 98, and a schedule that replays with 98", async () => {
  const { code, out } = await simulate("explore", "shutdown-waiter", "--mailbox", "reference");
  assert.equal(code, 98);
  assert.match(out, /AgentTimeoutError after 0 ms/);
  const run = readdirSync(join(directory, "results")).find((name) => name.startsWith("explore-shutdown-waiter-reference"));
  assert.ok(run !== undefined);
  const file = join("results", run, "schedule.json");
  assert.match(out, /picture: results\/explore-shutdown-waiter-reference-.*\/schedule\.html\n/);
  assert.match(readFileSync(join(directory, "results", run, "schedule.html"), "utf8"), /✗ Violation.*<svg class="whole"/s);
  assert.equal((await simulate("explore", "replay", file)).code, 98);
  assert.equal((await simulate("explore", "--strategy", "replay", "--schedule", file)).code, 98);
});

test("a stopped exploration is resumed", async () => {
  assert.equal((await simulate("explore", "drained", "--schedules", "2")).code, 0);
  const run = readdirSync(join(directory, "results")).find((name) => name.startsWith("explore-drained-sound"));
  assert.ok(run !== undefined);
  const file = join("results", run, "progress.json");
  assert.match(readFileSync(join(directory, file), "utf8"), /frontier/);
  const { code, out } = await simulate("explore", "drained", "--resume", file, "--json");
  assert.equal(code, 0);
  assert.deepEqual((({ covered, schedules }) => ({ covered, schedules }))(JSON.parse(out) as { covered: boolean; schedules: number }), { covered: true, schedules: 4 });
  assert.equal((await simulate("explore", "signal", "--resume", file)).code, 2);
});

test("wrong usage: exit code 2 and one clear line", async () => {
  writeFileSync(join(directory, "empty.js"), "export {};\n");
  writeFileSync(join(directory, "bad.json"), "{}");
  const cases: readonly [args: string[], message: RegExp][] = [
    [["explore", "shutdown-waitr"], /did you mean "shutdown-waiter"\?/],
    [["explore", "./missing.js"], /there is no such file/],
    [["explore", "./"], /is a directory, not a module/],
    [["explore", "./empty.js"], /exports no program/],
    [["explore", "replay"], /which schedule/],
    [["explore", "replay", "missing.json"], /cannot be read/],
    [["explore", "replay", "bad.json"], /not a schedule/],
    [["explore", "drained", "--strategy", "pct", "--depth", "0"], /depth must be/],
  ];
  for (const [args, message] of cases) {
    const { code, err } = await simulate(...args);
    assert.equal(code, 2, args.join(" "));
    assert.match(err, message);
    assert.equal(err.trim().split("\n").length, 1, err);
  }
});
