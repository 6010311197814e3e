/** The benchmark of the explorer's hooks: its floor is the same code without the hooks. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { control, withoutHooks } from "../../../dist/bench/hook-cost.js";

test("all hooks are removed from the shipped operations, and nothing else", () => {
  const shipped = readFileSync(new URL("../../../dist/platform/sync/atomics.js", import.meta.url), "utf8");
  const bare = withoutHooks(shipped);
  assert.doesNotMatch(bare, /if \(control/);
  const operations = (text: string): string[] => text.match(/Atomics\.\w+\([^;]*;/g) ?? [];
  assert.deepEqual(operations(bare), operations(shipped));
  assert.throws(() => withoutHooks("export {};"), /cannot remove the hooks/);
});

test("the benchmark gives a figure beside its floor, round by round", async () => {
  const [figure, ...others] = await control.measure(2);
  assert.equal(others.length, 0);
  assert.equal(figure?.name, "control/update");
  for (const rounds of [figure.rounds, figure.floor?.rounds ?? []]) {
    assert.equal(rounds.length, 2);
    assert.ok(rounds.every((value) => value > 0));
  }
});
