/**
 * A killed process leaves an incomplete history file of each thread, each of another length. The replay goes as far as
 * the files do.
 */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { HISTORY_DIRECTORY } from "../../../dist/replay/history/index.js";
import { stream } from "../../../dist/load/scenario/index.js";
import { headerBytesOf } from "../../support/replay/record-file.js";
import { replay, runScenario, temporaryDirectory } from "../../support/replay/support.js";

/** A copy of the history with each file truncated to the length `lengthOf`, between its header and its end. */
function cut(source: string, target: string, lengthOf: (name: string, least: number, most: number) => number): string {
  mkdirSync(target);
  cpSync(join(source, HISTORY_DIRECTORY), join(target, HISTORY_DIRECTORY), { recursive: true });
  for (const name of readdirSync(join(target, HISTORY_DIRECTORY))) {
    const path = join(target, HISTORY_DIRECTORY, name);
    truncateSync(path, lengthOf(name, headerBytesOf(path), statSync(path).size));
  }
  return target;
}

for (const mailbox of ["sound", "reference"] as const) {
  test(`incomplete histories, with the ${mailbox} mailbox`, async (t) => {
    const { directory } = await runScenario(t, "disconnect-storm", mailbox, {
      seed: 5,
      workers: 120,
      durationMs: 2500,
    });
    const root = temporaryDirectory(t);
    const whole = await replay(directory);
    assert.equal(whole.divergence, undefined);

    for (const only of ["io", "task-0", "task-1"]) {
      const rest = await replay(
        cut(directory, join(root, `without-${only}`), (name, least, most) => (name === `${only}.bin` ? least : most)),
      );
      assert.equal(rest.divergence, undefined, `without ${only}`);
      // This thread creates the agents: without its file no agent can be replayed.
      if (only === "io") assert.equal(rest.agents, 0);
      else assert.ok(rest.incomplete.length > 0 && rest.incomplete.length < rest.agents, `without ${only}`);
    }
    const random = stream(1, "cuts");
    for (let time = 0; time < 8; time++) {
      const lengths: string[] = [];
      const left = cut(directory, join(root, String(time)), (name, least, most) => {
        const length = least + Math.floor(random() * (most - least + 1));
        lengths.push(`${name} ${length} of ${most}`);
        return length;
      });
      const rest = await replay(left);
      assert.equal(rest.divergence, undefined, `${lengths.join(", ")}: ${rest.divergence?.message ?? ""}`);
      assert.ok(rest.operations <= whole.operations);
    }
  });
}

test("an incomplete history, or a missing database, of a finished run is damage", async (t) => {
  const { directory } = await runScenario(t, "steady", "sound", { seed: 5, workers: 20, durationMs: 1000 });
  const root = temporaryDirectory(t);
  for (const only of ["io", "task-0"]) {
    const copy = join(root, only);
    cpSync(directory, copy, { recursive: true });
    const path = join(copy, HISTORY_DIRECTORY, `${only}.bin`);
    truncateSync(path, statSync(path).size - 20);
    await assert.rejects(replay(copy), {
      name: "HistoryError",
      message: `${path}: damaged: it is incomplete, although its run finished`,
    });
  }
  rmSync(join(directory, "run.db"));
  await assert.rejects(replay(directory), /run\.db is missing, although the run finished/);
});
