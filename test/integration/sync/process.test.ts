/** Waits keep their process alive until they end, and take little memory. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runProgram } from "../../support/sync/support.js";

test("a wait keeps the process alive until it ends, and not after", async () => {
  const { code, stdout, stderr } = await runProgram("waits-and-ends");
  assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: "timed out: true, set: true\n", stderr: "" });
});

test("100,000 coroutines that wait for a mailbox take less than 4 KiB each, and all wake", async () => {
  const { code, stdout, stderr } = await runProgram("memory", ["--expose-gc"]);
  assert.equal(code, 0, stderr);
  const { each, ended } = JSON.parse(stdout) as { each: number; ended: number };
  assert.equal(ended, 100_000);
  assert.ok(each < 4096, `${each} bytes each`);
});
