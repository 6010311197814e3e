import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { DatabaseInUseError, openDatabase } from "../../../dist/platform/db/index.js";
import { newPath } from "../../support/db/fixture.js";

test("whatever was acknowledged is there after the process was killed", async (t) => {
  for (const killAfter of [1, 50, 400]) {
    const path = newPath(t);
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL("../../support/db/killed-child.js", import.meta.url)), path],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    const closed = once(child, "close");
    /** The last acknowledged write of each agent. */
    const acknowledged = new Map<string, number>();
    let lines = 0;
    for await (const line of createInterface(child.stdout)) {
      const [agentId = "", n] = line.split(" ");
      acknowledged.set(agentId, Number(n));
      if (++lines === killAfter) {
        assert.throws(() => openDatabase(path), DatabaseInUseError, "another process has it");
        child.kill("SIGKILL");
      }
    }
    await closed;
    assert.equal(child.signalCode, "SIGKILL");
    assert.ok(lines >= killAfter);

    const db = openDatabase(path);
    for (const [agentId, last] of acknowledged) {
      const submits = db.stateOfAgent("main", agentId).map(({ data }) => Number(data));
      assert.deepEqual(
        submits,
        submits.map((_, index) => index),
        "none is missing or twice",
      );
      assert.ok(submits.length > last);
      assert.ok(db.statusChangesOf("main", agentId).length > last);
    }
    db.close();
  }
});
