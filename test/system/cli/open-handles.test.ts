/** A scenario module that leaves a timer open, or throws in one: the command ends when its work is done. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { onlySummary, simulate, start, temporaryDirectory } from "../../support/cli/simulate.js";

const KEEPS_A_TIMER = fileURLToPath(new URL("../../../test/data/scenario/keeps-a-timer.mjs", import.meta.url));

test("validate and a run end with their complete output", async (t) => {
  const results = temporaryDirectory(t);
  const checked = await simulate("validate", KEEPS_A_TIMER, "stedy");
  assert.equal(checked.code, 2);
  assert.match(checked.stdout, /: valid: keeps-a-timer, 20 workers in 1s\n$/);
  const planned = await simulate("plan", "--json", "--head", "5000", "--workers", "5000", "-s", KEEPS_A_TIMER);
  assert.equal((JSON.parse(planned.stdout) as { head: unknown[] }).head.length, 5000);
  const run = await simulate("-s", KEEPS_A_TIMER, "--virtual", "-q", "--results", results);
  assert.deepEqual([run.code, run.stdout, run.stderr], [0, "", ""]);
  assert.equal(onlySummary(results).end.how, "finished");
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  test(`a run that ${signal} interrupts ends with its results`, { skip: process.platform === "win32" }, async (t) => {
    const results = temporaryDirectory(t);
    const { child, ended } = start(["-s", KEEPS_A_TIMER, "--duration", "10m", "--workers", "20", "--results", results]);
    assert.ok(child.stderr !== null);
    await once(child.stderr, "data");
    child.kill(signal);
    const { code, stdout } = await ended;
    assert.equal(code, 1, stdout);
    assert.equal(onlySummary(results).end.how, "interrupted");
  });
}

test("an error that a module throws later is reported in one line", async (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, "throws-later.mjs");
  writeFileSync(
    file,
    `export { default } from ${JSON.stringify(new URL(`file://${KEEPS_A_TIMER}`).href)};\n` +
      'setTimeout(() => { throw new Error("no\\nluck"); }, 1500);\n',
  );
  const { code, stderr } = await simulate(
    "-s",
    file,
    "-q",
    "--duration",
    "10m",
    "--workers",
    "20",
    "--results",
    directory,
  );
  assert.equal(code, 1);
  // With the line in the module.
  assert.match(stderr, /^simulate: no luck\n {4}at .*\.mjs:2:\d+\)?\n$/);
});

test("an error in a module's timer at its import, and an exported promise, are reported", async (t) => {
  const directory = temporaryDirectory(t);
  const [timer, promise] = [join(directory, "timer.mjs"), join(directory, "promise.mjs")];
  writeFileSync(timer, "setTimeout(() => { throw null; });\nawait new Promise((done) => setTimeout(done, 1000));\n");
  writeFileSync(promise, 'export default Promise.reject(new Error("no luck"));\n');
  const { code, stdout, stderr } = await simulate("validate", timer, promise);
  assert.deepEqual([code, stdout], [2, ""]);
  const [first = "", second = "", ...others] = stderr.split("\n");
  assert.match(first, /timer\.mjs: cannot be imported: null was thrown$/);
  assert.match(second, /promise\.mjs(:1)?: (must be plain data, not a promise|cannot be imported: no luck)$/);
  assert.deepEqual(others, [""]);
});
