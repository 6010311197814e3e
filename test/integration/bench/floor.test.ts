/** A floor that cannot be measured must not delay its run. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { handOvers } from "../../../dist/load/measure/floor/index.js";

test("a floor whose thread does not start is absent, and the wait for it ends", async () => {
  assert.equal(await handOvers(new URL("./no-such-thread.js", import.meta.url), 50), undefined);
});
