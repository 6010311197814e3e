/** A run over a network cannot be replayed: it is refused, finished or not, and the same plan again is named. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { serveTask } from "../../support/network/task-server.js";
import { onlyEntry, simulate, temporaryDirectory } from "../../support/cli/simulate.js";

test("a run over a network is refused, with the command that carries out the same plan", async (t) => {
  const results = temporaryDirectory(t);
  const server = await serveTask({});
  t.after(() => server.close());
  const run = ["steady", "--workers", "5", "--duration", "1s", "--seed", "7", "--target", server.url, "--quiet"];
  const ended = await simulate(...run, "--results", results);
  assert.ok([0, 97, 99].includes(ended.code ?? -1), ended.stderr);
  const path = join(results, onlyEntry(results));
  const refused = async (): Promise<void> => {
    const { code, stdout, stderr } = await simulate("replay", path);
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(
      stderr,
      /^simulate: \S+ is a run over a network: it records no order of operations and cannot be replayed; the same plan again: .*--seed 7 .*--target http\S+.*\n$/,
    );
  };
  await refused();
  const traced = await simulate("trace", path);
  assert.deepEqual([traced.code, traced.stdout], [2, ""]);
  assert.match(traced.stderr, /^simulate: \S+ has no trace: it is a run over a network\n$/);
  rmSync(join(path, "summary.json"));
  await refused();
});
