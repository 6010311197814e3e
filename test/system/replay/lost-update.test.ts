/** An agent that broke an invariant on real threads: its replay marks the calls, and exits as the run did. */
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { onlyEntry, simulate, temporaryDirectory } from "../../support/cli/simulate.js";

/**
 * The planted fault of the demonstration, certain to show: while the task is busy with the first update, the second one
 * and the submit arrive. The other worker sends one update.
 */
const LOSING = `
name: losing
description: One worker whose last update is lost, and one whose is not.
incident: None.
arrivals: { stages: [{ duration: 1s, target: 2 }] }
task: { blueprint: chat, plantedRace: true, liveUpdateTimeout: 90s, submissionTimeout: 90s, workTime: 20s }
behaviours: { any: { weight: 1, actions: 1, thinkTime: 1s } }
workers:
  - { arriveAt: 0s, task: { actions: [{ at: 0s }, { at: 20ms }], end: { kind: submit, at: 40ms } } }
  - { arriveAt: 0s, task: { actions: [{ at: 0s }], end: { kind: submit, at: 40ms } } }
drainTimeout: 120s
`;

test("the append of a lost update and the status that lost it are marked", async (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, "losing.yaml");
  const results = join(directory, "results");
  writeFileSync(file, LOSING);
  const run = await simulate("run", "--scenario", file, "--results", results, "--quiet");
  assert.equal(run.code, 98, run.stderr);
  const path = join(results, onlyEntry(results));

  const whole = await simulate("replay", path);
  assert.equal(whole.code, 98, whole.stderr);
  assert.match(
    whole.stdout,
    /^the same: [^]*^✗ updates-exactly-once-in-order: lost: agent \d+: 1 of 2 updates were not taken, and the agent ended as "completed"$/m,
  );
  const [, agent = ""] = /^ {2}to see where: .*replay \S+ --agent (\d+)$/m.exec(whole.stdout) ?? [];

  const one = await simulate("replay", path, "--agent", agent);
  assert.equal(one.code, 98, one.stderr);
  assert.match(
    one.stdout,
    /^● .*mailbox\.append \d+\/2 .*\n {4}▲ live update 2 is never taken$[^]*^✗ .*updateStatus completed .*\n {4}▲ updates-exactly-once-in-order broke here: lost: /m,
  );
  assert.equal(one.stdout.match(/▲/g)?.length, 2);

  const other = await simulate("replay", path, "--agent", agent === "1" ? "2" : "1");
  assert.deepEqual([other.code, /▲|✗/.test(other.stdout)], [0, false], other.stdout);

  // Without the summary the calls show it still, except what was never taken: the run did not finish.
  rmSync(join(path, "summary.json"));
  assert.equal((await simulate("replay", path)).code, 0);
});
