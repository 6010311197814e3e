/** Threads of a pool that fail before they have a task. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ThreadDiedError } from "../../../dist/load/run/index.js";
import { createPool, reasonOf } from "../../../dist/load/run/pool.js";

test("a thread that cannot be started is an error of its pool, and does not end the process", async () => {
  const { pool, failed } = createPool({
    filename: new URL("./no-such-thread.js", import.meta.url).href,
    minThreads: 2,
    maxThreads: 2,
    execArgv: ["--import", new URL("./no-such-module.js", import.meta.url).href],
  });
  await assert.rejects(failed, (error: unknown) => {
    assert.ok(error instanceof ThreadDiedError);
    assert.match(error.message, /^a worker thread could not be started: Cannot find module .*no-such-module\.js/);
    return true;
  });
  await pool.destroy();
});

test("why a thread failed is one line, also when it is no Error", () => {
  assert.equal(reasonOf(new Error("no room")), "no room");
  assert.equal(reasonOf({ message: "no room", code: "ENOSPC" }), "no room");
  assert.equal(reasonOf(new Error("no room\nRequire stack:\n- a.js")), "no room");
  assert.equal(reasonOf("no room"), "no room");
  assert.equal(reasonOf({ code: "EMFILE", errno: -24 }), "{ code: 'EMFILE', errno: -24 }");
  assert.equal(reasonOf(undefined), "undefined");
});
