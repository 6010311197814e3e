/** The floor of a run is beside its figures: one that cannot be measured may not hold the run up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { handOvers } from "../../../dist/load/measure/floor/index.js";

test("a floor whose thread does not start is left out, and nothing waits for it for good", async () => {
  assert.equal(await handOvers(new URL("./no-such-thread.js", import.meta.url), 50), undefined);
});
