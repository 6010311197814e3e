/** Results of very many lines are printed whole: a call takes some 120,000 arguments at most. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { simulate } from "../../support/cli/simulate.js";

test("the plan of thousands of workers, as JSON and as text", async () => {
  const json = await simulate("plan", "steady", "--workers", "3000", "--head", "3000", "--json");
  assert.equal(json.code, 0, json.stderr);
  assert.ok(json.stdout.split("\n").length > 130_000);
  assert.equal((JSON.parse(json.stdout) as { head: unknown[] }).head.length, 3000);
  const text = await simulate("plan", "steady", "--workers", "140000", "--head", "140000");
  assert.equal(text.code, 0, text.stderr);
  assert.equal(text.stdout.match(/^ .* worker \d+ \(/gm)?.length, 140_000);
});
